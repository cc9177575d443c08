package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/sdk/wire"
)

// FileName is the file that describes a plugin in its folder.
const FileName = "plugin.json"

// contents are those of plugin.json: what the artefact answered to describe when
// it was built, and the files that hold it.
type contents struct {
	Manifest  json.RawMessage `json:"manifest"`
	Artefacts struct {
		Wasm    *part `json:"wasm,omitempty"`
		Process *part `json:"process,omitempty"`
	} `json:"artefacts"`
}

type part struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// WriteFile writes an artefact's plugin.json into dir, where its files lie.
func WriteFile(dir string, a *Artefact) error {
	c := contents{Manifest: wire.AppendManifest(nil, a.Plugin)}
	for _, f := range []struct {
		file File
		to   **part
	}{{a.Module, &c.Artefacts.Wasm}, {a.Executable, &c.Artefacts.Process}} {
		if f.file.Path != "" {
			*f.to = &part{filepath.Base(f.file.Path), f.file.SHA256}
		}
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", FileName, err)
	}
	return os.WriteFile(filepath.Join(dir, FileName), append(data, '\n'), 0o644)
}

// again is what mends a plugin.json that is broken.
const again = "build the plugin again (t2host build DIR)"

// ReadFile reads the plugin.json in dir. The artefacts themselves are not
// looked at.
func ReadFile(dir string) (*Artefact, error) {
	path := filepath.Join(dir, FileName)
	data, err := readAll(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: %w: t2host must be able to read it", path, err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %s", path, err, again)
	}
	a, err := parseFile(dir, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cause.Of(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 4*manifest.MaxSize))
	if err != nil {
		return nil, cause.Of(err)
	}
	return data, nil
}

func parseFile(dir string, data []byte) (*Artefact, error) {
	// A file of another ABI may look otherwise: that is said first.
	var version struct {
		Manifest struct{ ABI *int }
	}
	if err := json.Unmarshal(data, &version); err == nil && version.Manifest.ABI != nil && *version.Manifest.ABI != wire.Version {
		return nil, wire.VersionError(*version.Manifest.ABI)
	}
	a, err := parseContents(dir, data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, again)
	}
	return a, nil
}

func parseContents(dir string, data []byte) (*Artefact, error) {
	var c contents
	if err := manifest.Decode(data, &c); err != nil {
		return nil, err
	}
	if len(c.Manifest) == 0 {
		return nil, errors.New("has no manifest")
	}
	plugins, err := manifest.Read(c.Manifest)
	if err != nil {
		return nil, err
	}
	if len(plugins) != 1 {
		return nil, fmt.Errorf("describes %d plugins: a folder holds one", len(plugins))
	}
	if err := CheckDeclaration(plugins[0]); err != nil {
		return nil, err
	}
	a := &Artefact{Plugin: plugins[0], From: dir}
	for _, f := range []struct {
		part *part
		to   *File
	}{{c.Artefacts.Wasm, &a.Module}, {c.Artefacts.Process, &a.Executable}} {
		if f.part == nil {
			continue
		}
		if err := f.part.check(); err != nil {
			return nil, err
		}
		*f.to = File{filepath.Join(dir, f.part.File), f.part.SHA256}
	}
	if a.Module.Path == "" && a.Executable.Path == "" {
		return nil, errors.New("names neither a module nor an executable")
	}
	return a, nil
}

func (p *part) check() error {
	if p.File == "" || p.File == "." || p.File == ".." || strings.ContainsAny(p.File, `/\`) {
		return fmt.Errorf("file %q is not the name of a file in its folder", p.File)
	}
	if !ValidSum(p.SHA256) {
		return fmt.Errorf("sha256 %q of %s is not a checksum of 64 hex digits", p.SHA256, p.File)
	}
	return nil
}

// ValidSum reports whether s is a SHA-256 in lower-case hex.
func ValidSum(s string) bool { return checksum.Valid(s) }
