package firstparty

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/internal/checksum"
)

// Sum returns the checksum of the sources that a module is built from, as make computes it.
func Sum(source fs.FS) (string, error) {
	names, err := files(source)
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	for _, name := range names {
		data, err := fs.ReadFile(source, name)
		if err != nil {
			return "", err
		}
		all.Write(data)
	}
	return checksum.Of(all.Bytes()), nil
}

// files returns the names of the sources: go.mod, and the code of the SDK and the plugins.
func files(source fs.FS) ([]string, error) {
	var names []string
	for _, root := range []string{"sdk", "plugins"} {
		err := fs.WalkDir(source, root, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case name == "sdk/sdktest" || d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case !d.IsDir() && path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go"):
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return append([]string{"go.mod"}, names...), nil
}

// sources returns the files that the module is built from, by their names.
func (c Config) sources() (map[string][]byte, error) {
	names, err := files(c.Source)
	if err != nil {
		return nil, err
	}
	list := map[string][]byte{}
	for _, name := range append(names, "go.sum") {
		if list[name], err = fs.ReadFile(c.Source, name); err != nil {
			return nil, err
		}
	}
	return list, nil
}
