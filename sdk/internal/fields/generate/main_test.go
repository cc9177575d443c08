package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGenerated: the committed files are those of the table.
func TestGenerated(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		old, err := os.ReadFile(filepath.Join("../../../..", name))
		if err != nil || string(old) != string(text) {
			t.Errorf("%s is stale. To update, run go generate ./sdk (%v)", name, err)
		}
	}
}
