package pack

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk/wire"
)

// Source is a plugin that is packed.
type Source struct {
	*plugin.Artefact
	Executables map[string]string // paths by platform, GOOS/GOARCH, beside the artefact's own
	Texts       []string          // paths of README and licence
}

// Write writes a pack of plugins, the same bytes each time. here is the platform of the artefacts' own executables, GOOS/GOARCH.
func Write(w io.Writer, here string, sources []Source) error {
	x := &index{Pack: version}
	var paths []string // of x.Files
	add := func(path, from string) error {
		f, err := described(path, from)
		if err == nil {
			x.Files, paths = append(x.Files, f), append(paths, from)
		}
		return err
	}
	for _, s := range sources {
		key := plugin.Key(s.Name)
		e := entry{Manifest: wire.AppendManifest(nil, s.Plugin)}
		if s.Module.Path != "" {
			e.Module = key + "/" + key + ".wasm"
			if err := add(e.Module, s.Module.Path); err != nil {
				return err
			}
		}
		executables := maps.Clone(s.Executables)
		if s.Executable.Path != "" {
			if executables == nil {
				executables = map[string]string{}
			}
			executables[here] = s.Executable.Path
		}
		for _, platform := range slices.Sorted(maps.Keys(executables)) {
			if e.Executables == nil {
				e.Executables = map[string]string{}
			}
			e.Executables[platform] = key + "/" + folderOf(platform) + "/" + key
			if err := add(e.Executables[platform], executables[platform]); err != nil {
				return err
			}
		}
		for _, from := range s.Texts {
			path := key + "/" + filepath.Base(from)
			e.Texts = append(e.Texts, path)
			if err := add(path, from); err != nil {
				return err
			}
		}
		x.Plugins = append(x.Plugins, e)
	}
	if err := x.checkFiles(); err != nil {
		return err
	}
	if _, err := x.declared(); err != nil {
		return err
	}
	return x.write(w, paths)
}

// folderOf returns the name of a platform's folder.
func folderOf(platform string) string {
	return strings.ReplaceAll(platform, "/", "-")
}

// described returns a file's entry in the index.
func described(path, from string) (file, error) {
	f, err := os.Open(from)
	if err != nil {
		return file{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return file{}, err
	}
	sum, err := checksum.Read(f)
	return file{path, info.Size(), sum}, err
}

// write writes the archive: the index, then the files.
func (x *index) write(w io.Writer, paths []string) error {
	data, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return err
	}
	if len(data) > maxIndex {
		return fmt.Errorf("%s has %d bytes: at most %d MiB are allowed", indexName, len(data), maxIndex>>20)
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	put := func(name string, size int64, mode int64, from io.Reader) error {
		h := &tar.Header{Name: name, Size: size, Mode: mode, Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.Copy(t, from)
		return err
	}
	err = put(indexName, int64(len(data)), 0o644, bytes.NewReader(data))
	for i, f := range x.Files {
		if err != nil {
			break
		}
		var from *os.File
		if from, err = os.Open(paths[i]); err == nil {
			err = errors.Join(put(f.Path, f.Size, 0o644, from), from.Close())
		}
	}
	return errors.Join(err, t.Close(), z.Close())
}
