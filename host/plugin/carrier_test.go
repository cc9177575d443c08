package plugin

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
)

func TestCompiledIn(t *testing.T) {
	k := CompiledIn(CarrierConfig{})
	in := &Artefact{Plugin: &sdk.Plugin{Name: "in"}, BuiltIn: true}
	out := &Artefact{Plugin: &sdk.Plugin{Name: "out"}, Module: File{Path: "out.wasm"}}
	for _, c := range []struct {
		a     *Artefact
		asked Runtime
		want  string // part of the error
	}{
		{in, "", ""},
		{in, Inproc, ""},
		{in, Wasm, "plugin in cannot run as wasm: this program has only the runtime inproc"},
		{out, "", "plugin out is not compiled in"},
	} {
		r, err := k.Choose(c.a, c.asked)
		if c.want == "" && (r != Inproc || err != nil) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s as %q: %s, %v, want error %q", c.a.Name, c.asked, r, err, c.want)
		}
	}
	if _, err := k.Describe("./x"); err == nil || !strings.Contains(err.Error(), "plugin ./x: this program runs only") {
		t.Errorf("by its path: error %v", err)
	}
	if k.Carry(Loaded{Artefact: in, Runtime: Inproc}, nil) != in.Plugin || k.Close() != nil {
		t.Error("the plugin is not called directly")
	}
}
