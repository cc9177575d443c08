package launch

import (
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/plugin/wasm"
)

// Module describes the module of the first-party plugins in one line: whether this program
// has it, and is as old as its code, or has built it.
func Module(c firstparty.Config) string {
	sum, err := firstparty.Sum(c.Source)
	if err != nil {
		return "none: " + err.Error()
	}
	if _, of, ok := wasm.BuiltIn(); ok {
		if of != sum {
			return "built in, older than the code: make build renews it"
		}
		return "built in, of the same sources (" + of[:12] + ")"
	}
	switch m, err := c.Find(); {
	case err != nil:
		return "none: " + err.Error()
	case m == nil:
		return "none: the first run that needs it builds it, with Go"
	default:
		return "completed, " + m.Path
	}
}
