package t2host

import (
	"embed"
	"io/fs"
)

//go:embed testdata/guests/t2host.h testdata/guests/text.h
var headers embed.FS

// Headers are what plugins in C include.
func Headers() fs.FS {
	sub, err := fs.Sub(headers, "testdata/guests")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}
