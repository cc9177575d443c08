package scaffold

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// ChangedSymbol is a name of the SDK that is not as it was.
type ChangedSymbol struct {
	Name     string // "sdk.Loop.Tick"
	Old, New string // its declaration; empty: there is none
}

// forAuthors are the SDK's packages whose names authors use.
var forAuthors = []string{"sdk", "sdk/field", "sdk/serve", "sdk/sdktest", "sdk/setting", "sdk/tcpstream", "sdk/value"}

// SDKChanges returns the exported names of two SDKs that differ, in their order. What cannot be read has no names.
func SDKChanges(old, next fs.FS) []ChangedSymbol {
	var list []ChangedSymbol
	for _, folder := range forAuthors {
		a, b := exported(old, folder), exported(next, folder)
		for name := range a {
			if _, ok := b[name]; !ok {
				b[name] = ""
			}
		}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if a[name] != b[name] {
				list = append(list, ChangedSymbol{name, a[name], b[name]})
			}
		}
	}
	return list
}

// exported returns the declarations of a package's exported names, fields and methods included, by name.
func exported(source fs.FS, folder string) map[string]string {
	found := map[string]string{}
	names, _ := fs.Glob(source, folder+"/*.go")
	prefix := folder[strings.LastIndexByte(folder, '/')+1:] + "."
	for _, name := range names {
		data, err := fs.ReadFile(source, name)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, data, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		text := func(node any) string {
			var b bytes.Buffer
			_ = printer.Fprint(&b, set, node) // a buffer has no errors
			return strings.Join(strings.Fields(b.String()), " ")
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				of := ""
				if d.Recv != nil {
					of = receiver(d.Recv.List[0].Type) + "."
				}
				if d.Name.IsExported() && (of == "" || ast.IsExported(of)) {
					found[prefix+of+d.Name.Name] = "func " + d.Name.Name + strings.TrimPrefix(text(d.Type), "func")
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					declared(found, prefix, s, text)
				}
			}
		}
	}
	return found
}

// declared adds the names of a declaration that is no function.
func declared(found map[string]string, prefix string, s ast.Spec, text func(any) string) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() {
				kind := ""
				if s.Type != nil {
					kind = text(s.Type)
				}
				found[prefix+n.Name] = strings.TrimSpace(n.Name + " " + kind)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return
		}
		members := func(list *ast.FieldList) {
			for _, m := range list.List {
				for _, n := range m.Names {
					if n.IsExported() {
						found[prefix+s.Name.Name+"."+n.Name] = n.Name + " " + text(m.Type)
					}
				}
			}
		}
		found[prefix+s.Name.Name] = "type " + s.Name.Name
		switch t := s.Type.(type) {
		case *ast.StructType:
			members(t.Fields)
		case *ast.InterfaceType:
			members(t.Methods)
		default:
			found[prefix+s.Name.Name] = "type " + s.Name.Name + " " + text(s.Type)
		}
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
