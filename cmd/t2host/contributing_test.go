package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestRecipesNameWhatIsThere checks that each file and target of make that CONTRIBUTING.md names exists.
func TestRecipesNameWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	paths := regexp.MustCompile("`((?:sdk|host|plugins|cmd|docs)/[^` ]+)`").FindAllStringSubmatch(string(text), -1)
	if len(paths) < 12 {
		t.Errorf("only %d paths are named", len(paths))
	}
	for _, p := range paths {
		if found, err := filepath.Glob(filepath.Join("../..", p[1])); err != nil || len(found) == 0 {
			t.Errorf("%s is not there", p[1])
		}
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range regexp.MustCompile("(?m)^make ([a-z]+)").FindAllStringSubmatch(string(text), -1) {
		if !regexp.MustCompile("(?m)^" + target[1] + ":").Match(makefile) {
			t.Errorf("make %s: no such target", target[1])
		}
	}
}
