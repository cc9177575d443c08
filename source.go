// Package t2host holds the module's own source, against which the plugins of
// t2host new-plugin build until the module is published.
package t2host

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// A pattern cannot leave out tests; Source does.
//
//go:embed go.mod go.sum LICENSE *.md docs/*.md docs/reference/*.md plugins/*/*.md sdk/wire/*.md host/plugin/wasm/modules/README
//go:embed all:scaffold/templates
//go:embed *.go cmd/t2host/*.go scaffold/*.go plugins/*/*.go plugins/all/cmd/all/*.go
//go:embed host/*.go host/*/*.go host/*/*/*.go sdk/*.go sdk/*/*.go sdk/*/*/*.go sdk/*/*/*/*.go sdk/*/*/*/*.tmpl
var source embed.FS

// Source returns the module's source: every package without its tests and their data.
// Templates of plugins are whole.
func Source() fs.FS { return untested{source} }

// untested is a source tree without its tests.
type untested struct{ embed.FS }

func (u untested) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := u.FS.ReadDir(name)
	if strings.HasPrefix(name, "scaffold/templates") {
		return entries, err
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), "_test.go") }), err
}
