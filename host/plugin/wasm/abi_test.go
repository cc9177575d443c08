package wasm

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the imports that ABI.md shows anew")

// TestABI checks that ABI.md shows what a guest may import, one function a line.
func TestABI(t *testing.T) {
	const page = "../../../sdk/wire/ABI.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(data), "<!-- imports -->\n")
	shown, after, ok := strings.Cut(rest, "<!-- /imports -->\n")
	if !ok {
		t.Fatal("no marks for the imports")
	}
	want := "\n```text\n"
	for _, name := range slices.Sorted(maps.Keys(given)) {
		want += name + " " + given[name].String() + "\n"
	}
	want += "```\n"
	switch {
	case shown == want:
	case *update:
		if err := os.WriteFile(page, []byte(before+"<!-- imports -->\n"+want+"<!-- /imports -->\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("imports in ABI.md are stale. To update, run go test ./host/plugin/wasm -run TestABI -update")
	}
}
