package scaffold

import (
	"path/filepath"
	"testing"
)

// FuzzMade: what a folder's file says of it is refused, or names a template and files below the folder.
func FuzzMade(f *testing.F) {
	f.Add([]byte(`{"by":"t2host 0.1.0","name":"mine","number":100,"kind":"flow","requires":["tcpwin"],"module":"example.com/mine","files":{"Makefile":"test:\n"}}`))
	f.Add([]byte(`{"name":"mine","kind":"../c","files":{"../x":""}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMade(data)
		if err != nil {
			return
		}
		if _, err := (&Plugin{Name: m.Name, Number: m.Number, Kind: m.Kind, ModulePath: m.Module}).Files(); err != nil {
			t.Errorf("kind %q of plugin %q: %v", m.Kind, m.Name, err)
		}
		for name := range m.Files {
			if !filepath.IsLocal(filepath.FromSlash(name)) {
				t.Errorf("file %q", name)
			}
		}
	})
}
