package plugin

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk/setting"
)

// TestUserSettings: only a plugin that comes with the host chooses where its streams lead, and
// the declaration itself stays as it is.
func TestUserSettings(t *testing.T) {
	declared := setting.Find(tcpwinsink.Plugin.Settings, "to").Default
	if declared == "" {
		t.Fatal("tcpwinsink has no default target: take another plugin")
	}
	for _, c := range []struct {
		a    Artefact
		want string
	}{
		{Artefact{Plugin: tcpwinsink.Plugin, BuiltIn: true}, declared},
		{Artefact{Plugin: tcpwinsink.Plugin, Module: File{Path: "x.wasm"}}, ""},
		{Artefact{Plugin: tcpwinsink.Plugin, Executable: File{Path: "x"}}, ""},
	} {
		got := c.a.UserSettings()
		if target := setting.Find(got, "to").Default; target != c.want {
			t.Errorf("built in %v: its stream leads to %q, want %q", c.a.BuiltIn, target, c.want)
		}
		if now := setting.Find(tcpwinsink.Plugin.Settings, "to").Default; now != declared {
			t.Errorf("the declaration became %q", now)
		}
		setting.Find(got, "to").Default = declared
		if diff := cmp.Diff(tcpwinsink.Plugin.Settings, got); diff != "" {
			t.Errorf("other settings differ (-declared +got):\n%s", diff)
		}
	}
}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		a    Artefact
		want string
	}{
		{Artefact{BuiltIn: true}, "wasm, worker, process, inproc"},
		{Artefact{Module: File{Path: "x.wasm"}}, "wasm, worker"},
		{Artefact{Executable: File{Path: "x"}}, "process"},
		{Artefact{Module: File{Path: "x.wasm"}, Executable: File{Path: "x"}}, "wasm, worker, process"},
		{Artefact{}, ""},
	} {
		if got := c.a.Forms(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.a, got, c.want)
		}
	}
}
