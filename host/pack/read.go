package pack

import (
	"archive/tar"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// Pack is a pack whose files are in a folder.
type Pack struct {
	Plugins []*plugin.Artefact // those that can run here
	Texts   map[string]string  // paths of README and licence, as the pack names them
	Files   []string           // all that the pack holds, a line each, for the user
}

// Read reads a pack into an empty folder, for a platform, GOOS/GOARCH. What is not as the index says is an error; the folder may then hold
// parts, and the caller removes it.
func Read(r io.Reader, platform, dir string) (*Pack, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return readArchive(z, platform, dir)
}

// readArchive reads a pack that is not compressed any more.
func readArchive(z io.Reader, platform, dir string) (*Pack, error) {
	t := tar.NewReader(z)
	if err := next(t, indexName, -1); err != nil {
		return nil, err
	}
	x, plugins, err := readIndex(t)
	if err != nil {
		return nil, err
	}
	p := &Pack{Texts: map[string]string{}}
	for _, f := range x.Files {
		if err := next(t, f.Path, f.Size); err != nil {
			return nil, err
		}
		if err := f.extract(t, dir); err != nil {
			return nil, err
		}
		p.Files = append(p.Files, fmt.Sprintf("%s %10d %s", f.SHA256, f.Size, f.Path))
	}
	if h, err := t.Next(); err != io.EOF {
		if err == nil {
			err = fmt.Errorf("file %q is not in the index", h.Name)
		}
		return nil, broken(err)
	}
	if n, err := io.Copy(io.Discard, io.LimitReader(z, maxSize)); err != nil || n > 1<<20 { // a tar ends in zeros
		return nil, broken(cmp.Or(err, errors.New("data after its end")))
	}
	sums := map[string]string{}
	for _, f := range x.Files {
		sums[f.Path] = f.SHA256
	}
	for i, e := range x.Plugins {
		a, err := e.place(plugins[i], platform, dir, sums)
		if err != nil {
			return nil, err
		}
		p.Plugins = append(p.Plugins, a)
		for _, path := range e.Texts {
			p.Texts[path] = filepath.Join(dir, filepath.FromSlash(path))
		}
	}
	return p, nil
}

// broken returns the error of a pack that cannot be read to its end.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is cut: its end is missing")
	}
	return err
}

// next goes to the next file, which must be a regular one of that name and size; -1: any size.
func next(t *tar.Reader, name string, size int64) error {
	h, err := t.Next()
	switch {
	case err != nil:
		return broken(err)
	case h.Typeflag != tar.TypeReg:
		return fmt.Errorf("%q is no regular file: a pack has no links, folders or devices", h.Name)
	case h.Name != name:
		return fmt.Errorf("file %q where %q should be", h.Name, name)
	case size >= 0 && h.Size != size:
		return fmt.Errorf("file %q has %d bytes, and %d in the index", h.Name, h.Size, size)
	case size < 0 && h.Size > maxIndex:
		return fmt.Errorf("%s has %d bytes: at most %d MiB are allowed", h.Name, h.Size, maxIndex>>20)
	}
	return nil
}

// extract writes a file, and compares its checksum.
func (f file) extract(from io.Reader, dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.CopyN(io.MultiWriter(out, sum), from, f.Size)
	if err = errors.Join(err, out.Close()); err != nil {
		return broken(err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("file %q has the checksum %s, and %s in the index: it was changed", f.Path, got, f.SHA256)
	}
	return nil
}

// place returns a plugin of a pack that was extracted, whose files have these checksums: its folder gets a plugin.json.
func (e *entry) place(p *sdk.Plugin, platform, dir string, sums map[string]string) (*plugin.Artefact, error) {
	folder := filepath.Join(dir, plugin.Key(p.Name))
	a := &plugin.Artefact{Plugin: p, From: folder}
	set := func(f *plugin.File, path string, mode fs.FileMode) error {
		name := filepath.Base(filepath.FromSlash(path))
		from, to := filepath.Join(dir, filepath.FromSlash(path)), filepath.Join(folder, name)
		if from != to {
			if err := os.Rename(from, to); err != nil {
				return err
			}
		}
		*f = plugin.File{Path: to, SHA256: sums[path]}
		return os.Chmod(to, mode)
	}
	if e.Module != "" {
		if err := set(&a.Module, e.Module, 0o644); err != nil {
			return nil, err
		}
	}
	if path := e.Executables[platform]; path != "" {
		if err := set(&a.Executable, path, 0o755); err != nil {
			return nil, err
		}
	}
	if a.Module.Path == "" && a.Executable.Path == "" {
		return nil, fmt.Errorf("plugin %s has executables for %s, and none for %s", p.Name, strings.Join(slices.Sorted(maps.Keys(e.Executables)), ", "), platform)
	}
	if err := plugin.WriteFile(folder, a); err != nil {
		return nil, err
	}
	return plugin.ReadFile(folder)
}
