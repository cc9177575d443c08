package t2host

import (
	"embed"
	"io/fs"
)

//go:embed testdata/guests/t2host.h testdata/guests/text.h testdata/guests/fields.h testdata/guests/manifest.h docs/examples/portBytes/portbytes.c
var inC embed.FS

// InC is what a new plugin in C is made of: the headers in testdata/guests, and an example, portBytes.
func InC() fs.FS { return inC }
