package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// artefact makes a plugin with a module, in a folder of its own.
func artefact(t *testing.T, name, version string) *plugin.Artefact {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "code")
	if err := os.WriteFile(path, []byte(version), 0o644); err != nil {
		t.Fatal(err)
	}
	return &plugin.Artefact{
		Plugin: &sdk.Plugin{Name: name, Number: 100, Version: version, Doc: "does", Ends: sdk.End()},
		From:   dir, Module: plugin.File{Path: path, SHA256: strings.Repeat("0", 64)},
	}
}

// held returns the plugins of a store: NAME VERSION FOLDER.
func held(t *testing.T, s Store) []string {
	t.Helper()
	list, err := s.Plugins()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range list {
		data, err := os.ReadFile(a.Module.Path)
		if err != nil || string(data) != a.Version {
			t.Errorf("module of %s %s: %q, %v", a.Name, a.Version, data, err)
		}
		got = append(got, a.Name+" "+a.Version+" "+filepath.Base(a.From))
	}
	return got
}

func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "t2host", "plugins")}
	put := func(a *plugin.Artefact, old string, want ...string) {
		t.Helper()
		place, was, err := s.Put(a)
		if err != nil || place != filepath.Join(s.Dir, plugin.Key(a.Name)) || (was == nil) != (old == "") || was != nil && was.Version != old {
			t.Errorf("Put(%s %s) = %s, %v, %v; want version %q replaced", a.Name, a.Version, place, was, err, old)
		}
		if diff := cmp.Diff(want, held(t, s)); diff != "" {
			t.Errorf("after Put(%s %s) (-want +got):\n%s", a.Name, a.Version, diff)
		}
	}
	put(artefact(t, "myPlugin", "1.0.0"), "", "myPlugin 1.0.0 myplugin")
	put(artefact(t, "other", "1.0.0"), "", "myPlugin 1.0.0 myplugin", "other 1.0.0 other")
	put(artefact(t, "myplugin", "1.1.0"), "1.0.0", "myplugin 1.1.0 myplugin", "other 1.0.0 other")

	// Put there by hand, under another name.
	if err := os.Rename(filepath.Join(s.Dir, "other"), filepath.Join(s.Dir, "another")); err != nil {
		t.Fatal(err)
	}
	put(artefact(t, "other", "2.0.0"), "1.0.0", "myplugin 1.1.0 myplugin", "other 2.0.0 other")

	list, err := s.Plugins()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if err := s.Remove(a); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(s.Dir); err != nil || len(left) != 0 {
		t.Errorf("what is left: %v, %v", left, err)
	}
}

// TestFailedPut looks at what a plugin that cannot be copied leaves.
func TestFailedPut(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	if _, _, err := s.Put(artefact(t, "one", "1.0.0")); err != nil {
		t.Fatal(err)
	}
	gone := artefact(t, "one", "2.0.0")
	if err := os.Remove(gone.Module.Path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(gone); err == nil {
		t.Error("Put of a plugin whose module is gone: no error")
	}
	if diff := cmp.Diff([]string{"one 1.0.0 one"}, held(t, s)); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
	if left, err := os.ReadDir(s.Dir); err != nil || len(left) != 1 {
		t.Errorf("what is left: %v, %v", left, err)
	}
}

// TestPluginWithoutAFolder has a plugin whose folder is the store: to remove it would remove
// all others.
func TestPluginWithoutAFolder(t *testing.T) {
	a := artefact(t, "loose", "1.0.0")
	if err := plugin.WriteFile(a.From, a); err != nil {
		t.Fatal(err)
	}
	s := Store{Dir: a.From}
	var refused *host.UsageError
	if _, _, err := s.Put(artefact(t, "loose", "2.0.0")); !errors.As(err, &refused) {
		t.Errorf("Put: %v; want it refused", err)
	}
	list, err := s.Plugins()
	if err != nil || len(list) != 1 {
		t.Fatalf("Plugins = %v, %v", list, err)
	}
	if err := s.Remove(list[0]); !errors.As(err, &refused) {
		t.Errorf("Remove: %v; want it refused", err)
	}
	if _, err := os.Stat(a.Module.Path); err != nil {
		t.Error(err)
	}
}

func TestUser(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"HOME": "/h"}, "/h/.local/share/t2host/plugins"},
		{map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/d", "T2HOST_PLUGINS": "/p"}, "/d/t2host/plugins"},
		{map[string]string{"T2HOST_PLUGINS": "/p"}, ""},
	} {
		s, err := User(func(name string) string { return c.env[name] })
		if s.Dir != filepath.FromSlash(c.want) || (err == nil) != (c.want != "") {
			t.Errorf("User in %v = %q, %v; want %q", c.env, s.Dir, err, c.want)
		}
	}
}
