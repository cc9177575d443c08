package launch

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// TestConfined: what a system does not confine is told once, or refused. Run it with -tags
// nolandlock too.
func TestConfined(t *testing.T) {
	missing := strings.Join(confine.Probe().Missing(), ", ")
	var told []string
	c := plugin.CarrierConfig{Warn: func(line string) { told = append(told, line) }}
	a := &plugin.Artefact{Plugin: &sdk.Plugin{Name: "x"}, Executable: plugin.File{Path: "x"}}
	k := Config{}.Carrier(c)
	for range 2 {
		if err := k.Prepare(a, plugin.Process); err != nil {
			t.Error(err)
		}
	}
	var want string
	if missing != "" {
		want = "this system does not confine a process's " + missing + ": run plugins that you trust (--require-confinement refuses others)"
	}
	if got := strings.Join(told, "\n"); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	c.RequireConfinement = true
	err := Config{}.Carrier(c).Prepare(a, plugin.Process)
	switch {
	case missing == "" && err != nil:
		t.Error(err)
	case missing != "" && (err == nil || err.Error() != "plugin x cannot run as process: this system does not confine a process's "+missing+", and --require-confinement is set"):
		t.Errorf("required: %v", err)
	}
	if _, err := (Config{}).Carrier(c).Describe("nothing"); missing != "" && (err == nil || !strings.Contains(err.Error(), "--require-confinement")) {
		t.Errorf("describe: %v", err)
	}
}
