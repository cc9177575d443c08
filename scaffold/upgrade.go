package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/plugin"
)

// ErrNoSDK is the error of Upgrade for a folder that Make has not made.
var ErrNoSDK = errors.New("no SDK in " + SDK + ": new-plugin makes folders that have one")

// Upgraded is what Upgrade has changed.
type Upgraded struct {
	From  string          // the version of t2host that made the folder, or upgraded it last; empty: it is not known
	Files []UpgradedFile  // in the order of their names, without the SDK's
	SDK   []ChangedSymbol // what authors see of it, see SDKChanges
}

// UpgradedFile is a file that was changed, or should have been.
type UpgradedFile struct {
	Name    string
	Outcome Outcome
}

// Upgrade replaces the SDK in a plugin's folder by that of the source, with the files that lead to it, and merges what new-plugin writes now
// into the files of the folder: changes since the folder was made are kept. The catalogue has what the plugin requires. The error is
// ErrNoSDK if dir is no such folder. All files are replaced or, on an error before that, none.
func Upgrade(dir string, source, inC fs.FS, catalogue []*plugin.Artefact) (*Upgraded, error) {
	was, err := readMade(dir)
	if err != nil {
		return nil, err
	}
	done := &Upgraded{}
	next := map[string][]byte{} // nil: the file is removed
	replaced := []string{}
	if was == nil || was.Kind.InGo() {
		if done.SDK, err = renewSDK(dir, source, next); err != nil {
			return nil, err
		}
		replaced = append(replaced, SDK, "go.mod", "go.sum")
	}
	if was != nil {
		done.From = was.By
		if err := was.upgrade(dir, inC, catalogue, next, done); err != nil {
			return nil, err
		}
		for _, f := range done.Files {
			name := f.Name
			if f.Outcome == Beside {
				name += ".new"
			}
			replaced = append(replaced, name)
		}
		replaced = append(replaced, MadeFile)
	}
	return done, put(dir, next, replaced)
}

// renewSDK adds the SDK and the files that lead to it, and returns what changes for authors.
func renewSDK(dir string, source fs.FS, next map[string][]byte) ([]ChangedSymbol, error) {
	if _, err := os.Stat(filepath.Join(dir, SDK, "go.mod")); err != nil {
		return nil, ErrNoSDK
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files, err := RenewedModule(mod, sum, source)
	if err != nil {
		return nil, err
	}
	maps.Copy(next, files)
	return SDKChanges(os.DirFS(filepath.Join(dir, SDK)), source), nil
}

// upgrade merges what new-plugin writes now.
func (m *made) upgrade(dir string, inC fs.FS, catalogue []*plugin.Artefact, next map[string][]byte, done *Upgraded) error {
	p := &Plugin{Name: m.Name, Number: m.Number, Kind: m.Kind, ModulePath: m.Module}
	var err error
	if p.Requires, err = requirements(m.Requires, plugin.Without(catalogue, m.Name)); err != nil {
		return fmt.Errorf("a plugin that it requires: %w", err)
	}
	files, err := p.Files()
	if err != nil {
		return err
	}
	if !m.Kind.InGo() {
		included, err := p.included(inC)
		if err != nil {
			return err
		}
		maps.Copy(files, included)
	}
	var names []string
	for name := range m.Files {
		names = append(names, name)
	}
	for name := range files {
		if _, ok := m.Files[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		v := version3{scaffold: files[name]}
		if !utf8.Valid(v.scaffold) {
			continue // a capture: it is of no version
		}
		if text, ok := m.Files[name]; ok {
			v.old = []byte(text)
		}
		if v.yours, err = os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err != nil {
			v.yours = nil
		}
		merged, outcome, err := v.merge(name)
		switch {
		case err != nil:
			return err
		case outcome == "":
			continue
		case outcome == Beside:
			next[name+".new"] = v.scaffold
		case outcome == Renewed || outcome == Added || outcome == Merged || outcome == Conflict:
			next[name] = merged
		case outcome == Removed:
			next[name] = nil
		}
		done.Files = append(done.Files, UpgradedFile{name, outcome})
	}
	next[MadeFile], err = p.file(files)
	return err
}

// put replaces files and folders of dir by what next has of them. It writes all of it before it replaces the first.
func put(dir string, next map[string][]byte, names []string) error {
	f, err := aside.New(dir, 0o755)
	if err != nil {
		return err
	}
	defer f.Close()
	written := map[string][]byte{}
	for name, data := range next {
		if data != nil {
			written[name] = data
		}
	}
	if err := f.Write(written); err != nil {
		return err
	}
	for _, name := range names {
		place := filepath.Join(dir, filepath.FromSlash(name))
		data, ok := next[name]
		switch {
		case ok && data == nil:
			err = os.Remove(place)
		case !ok && name != SDK:
			continue // it stays
		default:
			if err = os.MkdirAll(filepath.Dir(place), 0o755); err == nil {
				err = f.Replace(place, name)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
