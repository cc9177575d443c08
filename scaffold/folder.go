package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
)

// CheckFolder returns an error if a plugin cannot be made at a path: something is there.
func CheckFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("folder %s: %v: choose another name", dir, cause.Of(err))
	case len(entries) > 0:
		return fmt.Errorf("folder %s already exists and is not empty: choose another name, or remove it", dir)
	}
	return nil
}

// Make makes the plugin's folder, all of it or nothing. The source is the module's, or what a plugin in C includes.
func (p *Plugin) Make(dir string, source fs.FS) error {
	files, err := p.included(source)
	if err != nil {
		return err
	}
	own, err := p.Files()
	if err != nil {
		return err
	}
	record := own
	if !p.Kind.InGo() {
		record = maps.Clone(files)
		maps.Copy(record, own)
	}
	maps.Copy(files, own)
	if files[MadeFile], err = p.file(record); err != nil {
		return err
	}
	f, err := aside.New(filepath.Dir(dir), 0o755)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Write(files); err != nil {
		return err
	}
	return f.Create(dir)
}

// included returns what the plugin's own files need in its folder: the SDK in Go, and in C headers and an example to begin with. Templates of other
// languages have all.
func (p *Plugin) included(source fs.FS) (map[string][]byte, error) {
	switch {
	case p.Kind.InGo():
		return p.Module(source)
	case p.Kind != C && p.Kind != CPP:
		return map[string][]byte{}, nil
	}
	files := map[string][]byte{}
	for _, pattern := range []string{"testdata/guests/*.h", "docs/examples/portBytes/portbytes.c"} {
		paths, err := fs.Glob(source, pattern)
		if err != nil || len(paths) == 0 {
			return nil, fmt.Errorf("source of a plugin in C: no %s", pattern)
		}
		for _, name := range paths {
			data, err := fs.ReadFile(source, name)
			if err != nil {
				return nil, err
			}
			if path.Ext(name) == ".c" {
				name = p.key() + map[Kind]string{C: ".c", CPP: ".cc"}[p.Kind]
				data = []byte(strings.NewReplacer("portBytes", p.Name, "portbytes", p.key(), "NUMBER = 211", "NUMBER = "+strconv.Itoa(p.Number)).Replace(string(data)))
			}
			files[path.Base(name)] = data
		}
	}
	return files, nil
}
