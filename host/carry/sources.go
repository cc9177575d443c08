package carry

import "github.com/t2host/t2host/host/plugin/wasm"

// sources is the checksum of the plugins' sources as make build found them; it
// is set when the program is linked.
var sources string

// Module says what is known of the module of the first-party plugins, in one
// line: whether this program has it, and whether it is as old as the code.
func Module() string {
	_, of, ok := wasm.BuiltIn()
	switch {
	case !ok:
		return "none: make build puts it in"
	case sources == "":
		return "built in, perhaps older than the code: this program was not built by make build"
	case of != sources:
		return "built in, older than the code: make build renews it"
	}
	return "built in, of the same sources (" + of[:min(12, len(of))] + ")"
}
