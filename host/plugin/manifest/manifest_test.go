package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/wire"
)

// declared are the plugins whose words the cases below replace.
func declared() []*sdk.Plugin { return []*sdk.Plugin{tcpwin.Plugin, tcpwinsink.Plugin} }

func TestDeclarationsComeThrough(t *testing.T) {
	odd := *declared()[0]
	odd.Doc = "quotes \" and \\ and \x01 and é"
	odd.Requires = []sdk.Requirement{{Name: "tcpwin", Versions: ">=1.0, <3", Optional: true}}
	odd.Name = "odd"
	odd.Exports = nil
	odd.Ends = odd.Ends.With(sdk.NewColumn[float64]("tcpwin.x", "read"))
	sink := odd
	sink.Name, sink.Ends = "sink", sdk.End(field.Dir).WithAll()
	want := wire.AppendManifest(nil, append(all.Plugins(), &sink, &odd)...)
	plugins, err := Read(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(wire.AppendManifest(nil, plugins...))); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
	for i, p := range all.Plugins() {
		if !Same(p, plugins[i]) || Same(p, plugins[len(plugins)-1]) {
			t.Errorf("%s is not taken for itself only", p.Name)
		}
	}
}

func TestRefused(t *testing.T) {
	good := string(wire.AppendManifest(nil, declared()...))
	for _, c := range []struct{ old, new, want string }{
		{`"abi":2`, `"abi":3`, "speaks ABI 3, this t2host ABI 2: the plugin is newer: "},
		{`"abi":2`, `"abi":0`, "speaks ABI 0, this t2host ABI 2: the plugin is older: "},
		{`{"abi"`, `["abi"`, "manifest: "},
		{`"number":150`, `"numbr":150`, `manifest: unknown field "numbr"`},
		{`"number":150`, `"number":1500`, "manifest: plugin tcpwin: number 1500 is not between 0 and 999"},
		{`"kind":"number"`, `"kind":"float"`, `manifest: plugin tcpwin: kind of setting "float" is unknown`},
		{`"rows":"tcp"`, `"rows":"udp"`, `manifest: plugin tcpwin: rows "udp" is unknown`},
		{`"window",`, `"windows",`, `manifest: plugin tcpwin: packet field "windows" is unknown`},
		{`"lastSeen"`, `"last"`, `manifest: plugin tcpwin: end field "last" is unknown`},
		{`"type":"h8"`, `"type":"h9"`, `manifest: plugin tcpwin: type "h9" is unknown`},
		{`"state":88`, `"state":65537`, "manifest: plugin tcpwin: state of 65537 bytes a flow is declared: 0 to 65536 are possible"},
		{`"state":88`, `"state":-1`, "manifest: plugin tcpwin: state of -1 bytes a flow is declared"},
		{`"state":88`, `"state":"48"`, "manifest: plugins.state: unexpected JSON string"},
		{`"name":"tcpwinsink"`, `"name":"tcpwin"`, "manifest: plugin tcpwin: declared twice"},
		{good, `{"abi":2}`, "manifest: no plugin in it"},
		{good, `{"abi":2,"plugins":[` + strings.Repeat("{},", 64) + `{}]}`, "manifest: 65 plugins in it: at most 64 are possible"},
		{good, good + "{", "manifest: "},
		{`"rows":"tcp"`, `"rows":"` + strings.Repeat("x", 2000) + `"`, "xxx…"},
		{`"number"`, `"` + strings.Repeat("x", 2000) + `"`, "xxx…"},
		{good, strings.Repeat(" ", MaxSize) + good, "bytes: at most 1048576 are allowed"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 1100 {
			t.Errorf("%.40s: %v, want %s", c.new, err, c.want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(wire.AppendManifest(nil, declared()...))
	f.Fuzz(func(t *testing.T, data []byte) {
		plugins, err := Read(data)
		if err != nil {
			return
		}
		written := wire.AppendManifest(nil, plugins...)
		if len(written) > MaxSize {
			return
		}
		again, err := Read(written)
		if err != nil {
			t.Fatalf("what was read is refused when written anew: %v", err)
		}
		for i := range plugins {
			if !Same(plugins[i], again[i]) {
				t.Errorf("plugin %d differs", i)
			}
		}
	})
}

// TestUses: what a plugin cannot do without and this host does not know is named, although the
// declaration has members that it does not know either.
func TestUses(t *testing.T) {
	const plugin = `{"abi":2,"plugins":[{"name":"a","version":"1.0.0","doc":"d","uses":[%s]%s}]}`
	for _, c := range []struct{ uses, more, want string }{
		{``, ``, ``},
		{`"teleport"`, `,"teleport":{"to":"mars"}`, `manifest: plugin "a" uses "teleport", which this t2host lacks: a newer one has it`},
		{`"\u001b[2J"`, ``, `manifest: plugin "a" uses "\x1b[2J", which this t2host lacks: a newer one has it`},
	} {
		_, err := Read(fmt.Appendf(nil, plugin, c.uses, c.more))
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("uses %s: %v, want %s", c.uses, err, c.want)
		}
	}
}
