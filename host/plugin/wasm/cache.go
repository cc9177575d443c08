package wasm

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/t2host/t2host/host/internal/owned"
)

// cache is the folder with the compiled form of one module; "" is no cache. In it wazero has a
// folder for each of its versions.
type cache string

// maxCached bounds the number of modules kept.
const maxCached = 32

// cacheOf returns the folder below dir for the compiled form of a module with this checksum.
func cacheOf(dir string, sum [sha256.Size]byte) cache {
	if dir == "" {
		return ""
	}
	return cache(filepath.Join(dir, hex.EncodeToString(sum[:16])))
}

// judge returns why others can write the folder or its parent, or nil if they cannot.
func (c cache) judge() *owned.Error {
	if c == "" {
		return nil
	}
	for _, path := range []string{filepath.Dir(string(c)), string(c)} {
		var err *owned.Error
		if errors.As(owned.Path(path), &err) {
			return err
		}
	}
	return nil // a folder that does not exist is created, for the user alone
}

// has reports whether a compiled form is kept.
func (c cache) has() bool {
	found, _ := filepath.Glob(filepath.Join(string(c), "*", "*")) // the pattern is well-formed
	return c != "" && len(found) > 0
}

// once returns a word that tells the user that this happens only once.
func (c cache) once() string {
	if c == "" {
		return ""
	}
	return ", once"
}

// remove removes a folder that is of no use.
func (c cache) remove() { _ = os.RemoveAll(string(c)) } // if that fails, it is tried again

// tidy notes that the module was used, and removes those used the longest ago. What fails now
// is done another time.
func (c cache) tidy() {
	now := time.Now()
	_ = os.Chtimes(string(c), now, now)
	entries, _ := os.ReadDir(filepath.Dir(string(c)))
	type kept struct {
		name string
		used time.Time
	}
	var list []kept
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() && len(e.Name()) == len(filepath.Base(string(c))) {
			list = append(list, kept{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(list, func(a, b kept) int { return cmp.Compare(b.used.UnixNano(), a.used.UnixNano()) })
	for _, k := range list[min(len(list), maxCached):] {
		_ = os.RemoveAll(filepath.Join(filepath.Dir(string(c)), k.name))
	}
}
