// Package t2host holds the module's own source, for the plugins that t2host
// new-plugin makes: they build against it until the module is published.
package t2host

import (
	"embed"
	"io/fs"
)

// Every package without its tests. A pattern cannot leave out _test.go, so these leave out
// what ends in t.go, and then name, letter by letter, what does and is not a test.
// TestSourceIsWhole tells which file a new name has left out.
//
//go:embed go.mod go.sum LICENSE *.md docs/*.md plugins/*/*.md sdk/wire/*.md host/plugin/wasm/modules/README
//go:embed all:scaffold/templates
//go:embed *[^t].go cmd/t2host/*[^t].go scaffold/*[^t].go plugins/*/*[^t].go plugins/all/cmd/all/*[^t].go
//go:embed host/*[^t].go host/*/*[^t].go host/*/*/*[^t].go sdk/*[^t].go sdk/*/*[^t].go
//go:embed cmd/t2host/*[^s]t.go plugins/*/*[^s]t.go host/*/*[^s]t.go host/*/*/*[^s]t.go sdk/*[^s]t.go
//go:embed cmd/t2host/*[^e]st.go sdk/*/*/*[^t].go sdk/*/*/*/*[^t].go sdk/*/*/*/*.tmpl
//go:embed host/*[^e]st.go host/*/*[^e]st.go host/*/*/*[^e]st.go host/*/*[^t]est.go host/*/*/*[^t]est.go sdk/*/*[^t]est.go sdk/*/*[^_]test.go
var source embed.FS

// Source returns the module's source: every package without its tests and their data.
func Source() fs.FS { return source }
