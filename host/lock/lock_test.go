package lock

import (
	"path/filepath"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// artefact is a plugin that somebody else made.
func artefact() *plugin.Artefact {
	return &plugin.Artefact{
		Plugin: &sdk.Plugin{
			Name: "one", Version: "1.0.0", Requires: []sdk.Requirement{{Name: "two", Versions: "^1.0"}}, Needs: []string{"net", "children"},
			Outlets: []sdk.Outlet{{Name: "lines"}}, Files: []sdk.InputFile{{Setting: "list"}},
		},
		Module: plugin.File{SHA256: "aa"}, Executable: plugin.File{SHA256: "bb"},
	}
}

// TestDiffers: whatever a plugin has otherwise than when it was locked is told.
func TestDiffers(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	if err := Of([]plugin.Loaded{{Artefact: artefact()}, {Artefact: &plugin.Artefact{Plugin: &sdk.Plugin{Name: "own"}, BuiltIn: true}}}).Write(path); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil || len(f.Plugins) != 1 {
		t.Fatal(f, err)
	}
	for want, change := range map[string]func(*plugin.Artefact){
		"": func(a *plugin.Artefact) { a.Needs = []string{"children", "net"}; a.Name = "One" },
		"it was locked with version 1.0.0, and has 1.0.1":                  func(a *plugin.Artefact) { a.Version = "1.0.1" },
		"it was locked with the module aa, and has ab":                     func(a *plugin.Artefact) { a.Module.SHA256 = "ab" },
		"it was locked with the executable bb, and has none":               func(a *plugin.Artefact) { a.Executable.SHA256 = "" },
		"it was locked with the requirements [two ^1.0], and has [two ^2]": func(a *plugin.Artefact) { a.Requires[0].Versions = "^2" },
		"it was locked with the outlets [lines], and has [lines, more]":    func(a *plugin.Artefact) { a.Outlets = append(a.Outlets, sdk.Outlet{Name: "more"}) },
		"it was locked with the files [list], and has []":                  func(a *plugin.Artefact) { a.Files = nil },
		"it was locked with the needs [children, net], and has [net]":      func(a *plugin.Artefact) { a.Needs = a.Needs[:1] },
		"it is not locked": func(a *plugin.Artefact) { a.Name = "other" },
	} {
		a := artefact()
		change(a)
		if got := f.Differs(a); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if err := f.Check([]plugin.Loaded{{Artefact: a}}); (err == nil) != (want == "") {
			t.Error(err)
		}
	}
}

// FuzzLock: no text of a lock file makes reading fail but by an error.
func FuzzLock(f *testing.F) {
	for _, text := range []string{`{"t2host.lock":1,"plugins":[{"name":"one","version":"1.0.0","needs":["net"]}]}`, `{"t2host.lock":2}`, `{"t2host.lock":1}x`, `[`, `{"t2host.lock":1,"other":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := parse(data); err == nil {
			_ = file.Differs(artefact())
		}
	})
}
