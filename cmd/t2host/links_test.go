package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	links    = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.*)$`)
	// What code has is no link.
	code     = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	sdkNames = regexp.MustCompile("`(sdk|field|value)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?")
)

// TestLinks checks that the target of each link between pages exists.
func TestLinks(t *testing.T) {
	pages := []string{"../../README.md", "../../RATIONALE.md", "../../CONTRIBUTING.md", "../../sdk/wire/ABI.md", "../../testdata/README.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/*/*.md", "../../plugins/*/README.md"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, more...)
	}
	for _, page := range pages {
		text := read(t, page)
		for _, m := range links.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			to := page
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(page), m[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: link to %s: no such file", page, m[1])
			} else if m[2] != "" && !hasHeading(read(t, to), m[2]) {
				t.Errorf("%s: link to %s#%s: no such heading", page, m[1], m[2])
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// slug returns a heading's anchor.
func slug(heading string) string {
	name := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(name, " ", "-")
}

// hasHeading reports whether text has a heading with this anchor.
func hasHeading(text, anchor string) bool {
	for _, m := range headings.FindAllStringSubmatch(text, -1) {
		if slug(m[1]) == anchor {
			return true
		}
	}
	return false
}

// TestBookNamesTheSDK: what the book calls `sdk.Name`, or `value.Type.Method`, is exported.
func TestBookNamesTheSDK(t *testing.T) {
	exported := map[string]bool{}
	for _, dir := range []string{"sdk", "sdk/field", "sdk/value"} {
		exportedOf(t, dir, exported)
	}
	found := 0
	for _, m := range sdkNames.FindAllStringSubmatch(book(t), -1) {
		name := m[1] + "." + m[2]
		if m[3] != "" {
			name += "." + m[3]
		}
		if found++; !exported[name] {
			t.Errorf("the book names %s, which is not exported", name)
		}
	}
	if found < 5 {
		t.Errorf("only %d names of the SDK in the book", found)
	}
}

// exportedOf adds the names of a package: "sdk.Loop", "sdk.Loop.Packet", "sdk.IP.Append".
func exportedOf(t *testing.T, dir string, exported map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("../../" + dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.Base(dir) + "."
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				name := n.Name.Name
				if n.Recv != nil {
					name = receiver(n.Recv.List[0].Type) + "." + name
				}
				exported[pkg+name] = true
				return false
			case *ast.TypeSpec:
				exported[pkg+n.Name.Name] = true
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						for _, name := range f.Names {
							exported[pkg+n.Name.Name+"."+name.Name] = true
						}
					}
				}
			case *ast.ValueSpec:
				for _, name := range n.Names {
					exported[pkg+name.Name] = true
				}
			}
			return true
		})
	}
}

// receiver returns the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
