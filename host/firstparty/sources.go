package firstparty

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Sum returns the checksum of the sources that a module is built from, as make computes it.
func Sum(source fs.FS) (string, error) {
	names, err := files(source)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(source, name)
		if err != nil {
			return "", err
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
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

// write writes the sources of the module.
func (c Config) write(dir string) error {
	names, err := files(c.Source)
	if err != nil {
		return err
	}
	for _, name := range append(names, "go.sum") {
		data, err := fs.ReadFile(c.Source, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
