package main

import (
	"errors"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// declaration is a piece of a file of Go, with its comment.
type declaration struct {
	name       string
	start, end int
}

// weave puts the declarations of block into a file of Go: what is there by a name is
// replaced, the others are appended.
func weave(file, block string) (string, error) {
	const head = "package p\n"
	fresh, err := declarations(head + block)
	if err != nil {
		return "", err
	}
	if len(fresh) == 0 {
		return "", errors.New("no declaration")
	}
	old, err := declarations(file)
	if err != nil {
		return "", err
	}
	slices.Reverse(old) // from the end, so that places stay
	for _, d := range old {
		i := slices.IndexFunc(fresh, func(f declaration) bool { return f.name == d.name })
		if i >= 0 {
			file = file[:d.start] + (head + block)[fresh[i].start:fresh[i].end] + file[d.end:]
			fresh = slices.Delete(fresh, i, i+1)
		}
	}
	for _, f := range fresh {
		file += "\n" + (head + block)[f.start:f.end] + "\n"
	}
	text, err := format.Source([]byte(file))
	return string(text), err
}

func declarations(text string) ([]declaration, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	offset := func(p token.Pos) int { return files.Position(p).Offset }
	var list []declaration
	for _, d := range file.Decls {
		var doc *ast.CommentGroup
		name := ""
		switch d := d.(type) {
		case *ast.FuncDecl:
			doc, name = d.Doc, d.Name.Name
			if d.Recv != nil {
				name = text[offset(d.Recv.List[0].Type.Pos()):offset(d.Recv.List[0].Type.End())] + "." + name
			}
		case *ast.GenDecl:
			doc, name = d.Doc, d.Tok.String()
			switch s := d.Specs[0].(type) {
			case *ast.TypeSpec:
				name = s.Name.Name
			case *ast.ValueSpec:
				name = s.Names[0].Name
			}
		}
		start := d.Pos()
		if doc != nil {
			start = doc.Pos()
		}
		list = append(list, declaration{name, offset(start), offset(d.End())})
	}
	return list, nil
}

func TestWeave(t *testing.T) {
	const file = "package x\n\nimport \"a\"\n\n// T is.\ntype T struct{}\n\nfunc (t *T) f() {}\n\nfunc f() {}\n"
	got, err := weave(file, "import (\n\t\"a\"\n\t\"b\"\n)\n\n// f is new.\nfunc (t *T) f() { g() }\n\nfunc g() {}\n")
	if err != nil {
		t.Fatal(err)
	}
	const want = "package x\n\nimport (\n\t\"a\"\n\t\"b\"\n)\n\n// T is.\ntype T struct{}\n\n// f is new.\nfunc (t *T) f() { g() }\n\nfunc f() {}\n\nfunc g() {}\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
