// Package t2host holds the module's own source, for the plugins that t2host
// new-plugin makes: they build against it until the module is published.
package t2host

import (
	"embed"
	"io/fs"
)

//go:embed source
var source embed.FS

// Source gives the module's source as a zip archive; ok is false where t2host was built
// without it: make build puts it in.
func Source() (archive []byte, ok bool) {
	archive, err := fs.ReadFile(source, "source/source.zip")
	return archive, err == nil
}
