package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is a place where plugins may be. One that was named must be there and
// hold some.
type Folder struct {
	Path  string
	Named bool
}

// Folders gives where plugins are looked for, in that order: the named folders,
// those of T2HOST_PLUGINS, the user's data folder.
func Folders(named []string, getenv func(string) string) []Folder {
	var list []Folder
	for _, path := range named {
		list = append(list, Folder{path, true})
	}
	for _, path := range filepath.SplitList(getenv("T2HOST_PLUGINS")) {
		if path != "" {
			list = append(list, Folder{path, true})
		}
	}
	data := getenv("XDG_DATA_HOME")
	if data == "" && getenv("HOME") != "" {
		data = filepath.Join(getenv("HOME"), ".local", "share")
	}
	if data != "" {
		list = append(list, Folder{filepath.Join(data, "t2host", "plugins"), false})
	}
	return list
}

// Found is what a search found.
type Found struct {
	Catalogue []*Artefact // one of each name
	Shadowed  []*Artefact // passed over for one of the same name that was found before
}

// Search looks for plugins in the folders, and adds those that are built in. Of
// each name the first counts.
func Search(folders []Folder, builtIn []*Artefact) (*Found, error) {
	found := &Found{}
	seen := map[string]bool{}
	add := func(a *Artefact) {
		if seen[Key(a.Name)] {
			found.Shadowed = append(found.Shadowed, a)
			return
		}
		seen[Key(a.Name)] = true
		found.Catalogue = append(found.Catalogue, a)
	}
	for _, f := range folders {
		list, err := f.read()
		if err != nil {
			return nil, err
		}
		here := map[string]*Artefact{}
		for _, a := range list {
			if b := here[Key(a.Name)]; b != nil {
				return nil, fmt.Errorf("plugin %s is twice in folder %s: version %s in %s, %s in %s: remove one", a.Name, f.Path, b.Version, b.From, a.Version, a.From)
			}
			here[Key(a.Name)] = a
			add(a)
		}
	}
	for _, a := range builtIn {
		add(a)
	}
	return found, nil
}

// read reads the plugin.json of the folder, or those of the folders in it.
func (f *Folder) read() ([]*Artefact, error) {
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		if !f.Named && errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("plugin folder %s: %w", f.Path, errors.Unwrap(err))
	}
	dirs := []string{f.Path}
	for _, e := range entries {
		dirs = append(dirs, filepath.Join(f.Path, e.Name()))
	}
	var list []*Artefact
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
			continue // something else lies there
		}
		a, err := ReadFile(dir)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	if len(list) == 0 && f.Named {
		return nil, fmt.Errorf("plugin folder %s holds no plugin: one has a %s, which t2host build makes", f.Path, FileName)
	}
	return list, nil
}
