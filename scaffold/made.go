package scaffold

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/t2host/t2host/host/version"
)

// MadeFile is the file in a plugin's folder that keeps what Make wrote, so that Upgrade can tell what the author has changed since.
const MadeFile = ".made.json"

// maxMade bounds MadeFile, in bytes.
const maxMade = 1 << 20

// made is what MadeFile holds.
type made struct {
	By       string            `json:"by"` // the version of t2host
	Name     string            `json:"name"`
	Number   int               `json:"number"`
	Kind     Kind              `json:"kind"`
	Requires []string          `json:"requires,omitempty"` // those that the author named
	Module   string            `json:"module,omitempty"`
	Files    map[string]string `json:"files"` // by their slash-separated paths
}

// file returns MadeFile for the files that Make writes.
func (p *Plugin) file(files map[string][]byte) ([]byte, error) {
	m := made{By: version.Product(), Name: p.Name, Number: p.Number, Kind: p.Kind, Module: p.ModulePath, Files: map[string]string{}}
	for _, r := range p.Requires {
		if r.Direct {
			m.Requires = append(m.Requires, r.Name)
		}
	}
	for name, data := range files {
		if utf8.Valid(data) {
			m.Files[name] = string(data)
		}
	}
	data, err := json.MarshalIndent(m, "", "\t")
	return append(data, '\n'), err
}

// readMade returns what MadeFile in a folder holds, nil if there is none.
func readMade(dir string) (*made, error) {
	path := filepath.Join(dir, MadeFile)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Size() > maxMade:
		return nil, fmt.Errorf("%s: %d bytes, more than the %d of one that new-plugin writes", MadeFile, info.Size(), maxMade)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseMade(data)
}

// parseMade reads the bytes of MadeFile.
func parseMade(data []byte) (*made, error) {
	var m made
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", MadeFile, err)
	}
	if err := CheckName(m.Name); err != nil {
		return nil, fmt.Errorf("%s: %w", MadeFile, err)
	}
	if !slices.Contains(kinds, m.Kind) {
		return nil, fmt.Errorf("%s: unknown kind %q", MadeFile, m.Kind)
	}
	for name := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%s: file %q is outside of the folder", MadeFile, name)
		}
	}
	return &m, nil
}
