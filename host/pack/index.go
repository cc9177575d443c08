// Package pack keeps plugins in one file that can be handed on: their modules, their executables for some platforms, what they declare, and
// checksums of all.
//
// A pack is a tar archive, compressed with zstd. Its first file, pack.json, is the index: it names all others, in their order, with
// their sizes and SHA-256 sums. The others are regular files in a folder for each plugin. Nothing else is in it.
package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/sdk"
)

// Ending is that of a pack's name.
const Ending = ".t2p"

const (
	indexName = "pack.json"
	version   = 1

	maxIndex = 4 << 20
	maxFiles = 4096
	maxFile  = 256 << 20
	maxSize  = 1 << 30 // of all files together
)

// index is pack.json.
type index struct {
	Pack    int     `json:"t2p"`
	Plugins []entry `json:"plugins"`
	Files   []file  `json:"files"`
}

// entry is a plugin; the paths are those of files.
type entry struct {
	Manifest    json.RawMessage   `json:"manifest"`
	Module      string            `json:"module,omitempty"`
	Executables map[string]string `json:"executables,omitempty"` // by platform, GOOS/GOARCH
	Texts       []string          `json:"texts,omitempty"`       // README and licence
}

type file struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// readIndex reads an index, and what its plugins declare.
func readIndex(r io.Reader) (*index, []*sdk.Plugin, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxIndex))
	if err != nil {
		return nil, nil, broken(err)
	}
	var x index
	if err := manifest.Decode(data, &x); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", indexName, err)
	}
	if x.Pack != version {
		return nil, nil, fmt.Errorf("%s: a pack of version %d, and this t2host reads version %d", indexName, x.Pack, version)
	}
	if err := x.checkFiles(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", indexName, err)
	}
	plugins, err := x.declared()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", indexName, err)
	}
	return &x, plugins, nil
}

// checkFiles returns an error if a name leads out of the pack's folder or is there twice, or a size is beyond all bounds.
func (x *index) checkFiles() error {
	if len(x.Files) > maxFiles {
		return fmt.Errorf("%d files: at most %d are allowed", len(x.Files), maxFiles)
	}
	known, total := map[string]bool{}, int64(0)
	for _, f := range x.Files {
		key := strings.ToLower(f.Path) // some systems do not tell them apart
		switch {
		case !validPath(f.Path):
			return fmt.Errorf("file %q: a name in a pack has letters, digits and . _ - only, in a folder, and leads nowhere else", f.Path)
		case known[key]:
			return fmt.Errorf("file %q is there twice", f.Path)
		case f.Size < 0 || f.Size > maxFile:
			return fmt.Errorf("file %q has %d bytes: at most %d MiB are allowed", f.Path, f.Size, maxFile>>20)
		}
		known[key] = true
		if total += f.Size; total > maxSize {
			return fmt.Errorf("files have more than %d MiB together", maxSize>>20)
		}
	}
	return nil
}

// validPath reports whether a path is of two or three names that are harmless on all systems.
func validPath(path string) bool {
	names := strings.Split(path, "/")
	if len(names) < 2 || len(names) > 3 || len(path) > 200 {
		return false
	}
	for _, name := range names {
		if name == "" || name[0] == '.' || strings.HasSuffix(name, ".") {
			return false
		}
		for _, c := range name {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._-", c) {
				return false
			}
		}
	}
	return true
}

// declared returns the plugins, each of which must have its files in the folder of its name.
func (x *index) declared() (list []*sdk.Plugin, err error) {
	files, known := map[string]bool{}, map[string]bool{}
	for _, f := range x.Files {
		files[f.Path] = true
	}
	for _, e := range x.Plugins {
		plugins, err := manifest.Read(e.Manifest)
		switch {
		case err != nil:
			return nil, err
		case len(plugins) != 1:
			return nil, fmt.Errorf("a manifest of %d plugins: each plugin has one", len(plugins))
		}
		p := plugins[0]
		if err := plugin.CheckDeclaration(p); err != nil {
			return nil, err
		}
		key := plugin.Key(p.Name)
		if known[key] {
			return nil, fmt.Errorf("plugin %s is there twice", p.Name)
		}
		known[key] = true
		paths := append([]string{}, e.Texts...)
		if e.Module != "" {
			paths = append(paths, e.Module)
		}
		for _, path := range e.Executables {
			paths = append(paths, path)
		}
		for _, path := range paths {
			if !files[path] || !strings.HasPrefix(path, key+"/") {
				return nil, fmt.Errorf("plugin %s: file %q is none of its own", p.Name, path)
			}
		}
		if e.Module == "" && len(e.Executables) == 0 {
			return nil, fmt.Errorf("plugin %s has neither a module nor an executable", p.Name)
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, errors.New("no plugin is in it")
	}
	return list, nil
}
