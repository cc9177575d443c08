// Package store keeps the plugins that the user has installed.
package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/plugin"
)

// Store is a folder of installed plugins, each in a folder of its own.
type Store struct {
	Dir    string // created when a plugin is installed
	Beside bool   // Put keeps other versions of a plugin
}

// User returns the user's store. The error is a host.UsageError: the environment names no
// folder for it.
func User(getenv func(string) string) (Store, error) {
	folders := plugin.Folders(nil, func(name string) string {
		if name == "T2HOST_PLUGINS" { // folders for a run
			return ""
		}
		return getenv(name)
	})
	if len(folders) == 0 {
		return Store{}, &host.UsageError{Err: errors.New("neither HOME nor XDG_DATA_HOME is set: t2host installs below them")}
	}
	return Store{Dir: folders[0].Path}, nil
}

// Plugins returns the plugins in the store. The error is a host.UsageError.
func (s Store) Plugins() ([]*plugin.Artefact, error) {
	found, err := plugin.Search([]plugin.Folder{{Path: s.Dir}}, nil)
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	var list []*plugin.Artefact
	for _, a := range found.Catalogue {
		list = append(append(list, a), a.Others...)
	}
	return list, nil
}

// place returns the path of a plugin's folder.
func (s Store) place(a *plugin.Artefact) string {
	if s.Beside {
		return filepath.Join(s.Dir, plugin.Beside(a))
	}
	return filepath.Join(s.Dir, plugin.Key(a.Name))
}

// Put copies a plugin into the store, and returns the path of its folder and the plugin
// that it replaces, nil if there is none. At any time one of the two is there.
func (s Store) Put(a *plugin.Artefact) (place string, old *plugin.Artefact, err error) {
	list, err := s.Plugins()
	if err != nil {
		return "", nil, err
	}
	if old, err = s.replaced(list, a); err != nil {
		return "", nil, err
	}
	place = s.place(a)
	if err := s.copy(place, a); err != nil {
		return "", nil, err
	}
	if old == nil || old.From == place {
		return place, old, nil
	}
	return place, old, os.RemoveAll(old.From) // put there by hand, in a folder of another name
}

// replaced returns the plugin among those in the store that another one replaces, nil if there is none: of the same name, and of the same version if
// one of the two is beside others.
func (s Store) replaced(list []*plugin.Artefact, by *plugin.Artefact) (*plugin.Artefact, error) {
	i := slices.IndexFunc(list, func(a *plugin.Artefact) bool {
		beside := s.Beside || filepath.Base(a.From) == plugin.Beside(a)
		return plugin.Key(a.Name) == plugin.Key(by.Name) && (!beside || a.Version == by.Version)
	})
	if i < 0 {
		return nil, nil
	}
	return list[i], s.holds(list[i])
}

// copy writes the plugin's folder.
func (s Store) copy(place string, a *plugin.Artefact) error {
	f, err := aside.New(s.Dir, 0o755)
	if err != nil {
		return err
	}
	defer f.Close()
	copied := *a
	for _, p := range []struct {
		file *plugin.File
		name string
		mode fs.FileMode
	}{{&copied.Module, plugin.Key(a.Name) + ".wasm", 0o644}, {&copied.Executable, plugin.Key(a.Name), 0o755}} {
		if p.file.Path == "" {
			continue
		}
		to := f.Path(p.name)
		if err := copyFile(to, p.file.Path, p.mode); err != nil {
			return err
		}
		p.file.Path = to
	}
	if err := plugin.WriteFile(f.Path(""), &copied); err != nil {
		return err
	}
	return f.Replace(place, "")
}

func copyFile(to, from string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Remove removes one of the store's plugins.
func (s Store) Remove(a *plugin.Artefact) error {
	if err := s.holds(a); err != nil {
		return err
	}
	return os.RemoveAll(a.From)
}

// holds returns an error if the plugin is not in a folder of its own, which can be removed.
func (s Store) holds(a *plugin.Artefact) error {
	if filepath.Dir(a.From) == filepath.Clean(s.Dir) {
		return nil
	}
	return &host.UsageError{Err: fmt.Errorf("plugin %s is in folder %s and not in one of its own there: move its files", a.Name, a.From)}
}
