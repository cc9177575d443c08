package sdk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// maxNames bounds the exported top-level names of the package: an author reads them all. What only
// hosts and carriers need goes to a package below this one.
const maxNames = 130

func TestNames(t *testing.T) {
	names := exported(t, ".")
	if len(names) > maxNames {
		t.Errorf("the package exports %d names, more than %d: %s", len(names), maxNames, strings.Join(names, " "))
	}
	for _, dir := range []string{"answer", "field", "guard", "setting", "value"} {
		exported(t, dir)
	}
}

// exported returns the exported top-level names of a package. Each of them, and each method, must
// have a comment.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		add := func(name *ast.Ident, method bool, comments ...*ast.CommentGroup) {
			if !name.IsExported() {
				return
			}
			documented := false
			for _, c := range comments {
				documented = documented || c != nil
			}
			if !documented {
				t.Errorf("%s: %s has no comment", path, name)
			}
			if !method {
				names = append(names, name.Name)
			}
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || receiver(d.Recv.List[0].Type).IsExported() {
					add(d.Name, d.Recv != nil, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						add(s.Name, false, d.Doc, s.Doc)
					case *ast.ValueSpec:
						for _, name := range s.Names {
							add(name, false, d.Doc, s.Doc, s.Comment)
						}
					}
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type.
func receiver(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return e.(*ast.Ident)
}
