package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	citation = regexp.MustCompile(`docs/reference/[\w./-]+\.md(?:#([\w-]+))?`)
	chapter  = regexp.MustCompile(`(?m)^## (.*)$`)
	// elsewhere are notes that are not part of the repository.
	elsewhere = regexp.MustCompile(`(?:^|[^\w/-])(t2|t2-decode|t2-plugins|ecosystem|design)\.md\b`)
)

// TestReferenceIsCited checks that each citation of docs/reference in code, test data and pages
// names a section that exists, and that each section is cited.
func TestReferenceIsCited(t *testing.T) {
	cited := map[string]bool{}
	walkText(t, func(name, text string) {
		for _, m := range elsewhere.FindAllStringSubmatch(text, -1) {
			t.Errorf("%s: cites %s.md, which the repository does not have", name, m[1])
		}
		for _, m := range citation.FindAllStringSubmatch(text, -1) {
			file, anchor, _ := strings.Cut(m[0], "#")
			cited[m[0]] = true
			switch page, err := os.ReadFile(filepath.Join("../..", file)); {
			case err != nil:
				t.Errorf("%s: cites %s: no such file", name, m[0])
			case anchor != "" && !hasHeading(string(page), anchor):
				t.Errorf("%s: cites %s: no such heading", name, m[0])
			}
		}
	})
	pages, err := filepath.Glob("../../docs/reference/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		for _, m := range chapter.FindAllStringSubmatch(read(t, page), -1) {
			if to := "docs/reference/" + filepath.Base(page) + "#" + slug(m[1]); !cited[to] {
				t.Errorf("%s is cited nowhere: remove the section", to)
			}
		}
	}
}

// walkText calls f with each Go file, script and text case of the module, and each page but those of
// docs/reference itself.
func walkText(t *testing.T, f func(name, text string)) {
	t.Helper()
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name != "." && strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"bin", "run", "docs/reference"}, name)):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains([]string{".go", ".txtar", ".md"}, path.Ext(name)) || name == "cmd/t2host/reference_test.go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		f(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
