package wasm

import (
	"os"
	"testing"
)

func FuzzImports(f *testing.F) {
	for _, name := range []string{"good", "import_outside", "import_changed", "log_flood"} {
		code, err := os.ReadFile("../../../testdata/guests/hostile/" + name + ".wasm")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		imports, err := readImports(code)
		if err == nil && len(imports) > len(code) {
			t.Errorf("%d imports in %d bytes", len(imports), len(code))
		}
	})
}
