package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/owned"
)

// Folder is a directory of plugins. One named by the user must exist and contain a plugin.
type Folder struct {
	Path string
	By   string // what named it, such as -P; empty: nobody
}

// Folders returns where plugins are looked for, in that order: the named folders,
// those of T2HOST_PLUGINS, the user's data folder.
func Folders(named []string, getenv func(string) string) []Folder {
	var list []Folder
	for _, path := range named {
		list = append(list, Folder{path, "-P"})
	}
	for _, path := range filepath.SplitList(getenv("T2HOST_PLUGINS")) {
		if path != "" {
			list = append(list, Folder{path, "T2HOST_PLUGINS"})
		}
	}
	data := getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // ignored, by the XDG specification
		data = ""
		if home := getenv("HOME"); home != "" {
			data = filepath.Join(home, ".local", "share")
		}
	}
	if data != "" {
		list = append(list, Folder{filepath.Join(data, "t2host", "plugins"), ""})
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
	seen := map[string]*Artefact{}
	add := func(a *Artefact) {
		if first := seen[Key(a.Name)]; first != nil {
			if filepath.Dir(first.From) == filepath.Dir(a.From) { // side by side
				first.Others = append(first.Others, a)
				return
			}
			found.Shadowed = append(found.Shadowed, a)
			if first.Replaces == nil {
				first.Replaces = a
			}
			return
		}
		seen[Key(a.Name)] = a
		found.Catalogue = append(found.Catalogue, a)
	}
	for _, f := range folders {
		list, err := f.read()
		if err != nil {
			return nil, err
		}
		here := map[string]*Artefact{}
		sortVersions(list)
		for _, a := range list {
			if b := here[Key(a.Name)]; b != nil && (a.Version == b.Version || !isBeside(a) && !isBeside(b)) {
				if a.From < b.From {
					a, b = b, a
				}
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
	switch {
	case err != nil && f.By == "" && absent(f.Path):
		return nil, nil
	case f.Path == "":
		return nil, fmt.Errorf("plugin folder %q: %s expects the path of a folder", f.Path, f.By)
	case err != nil:
		return nil, f.error(err)
	}
	if err := judge("folder", f.Path); err != nil {
		return nil, err
	}
	dirs := []string{f.Path}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") { // what a build has not finished begins so
			dirs = append(dirs, filepath.Join(f.Path, e.Name()))
		}
	}
	var list []*Artefact
	for _, dir := range dirs {
		if absent(filepath.Join(dir, FileName)) {
			continue // something else is there
		}
		if err := errors.Join(judge("folder", dir), judge("file", filepath.Join(dir, FileName))); err != nil {
			return nil, err
		}
		a, err := ReadFile(dir)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(judge("file", a.Module.Path), judge("file", a.Executable.Path)); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	if len(list) == 0 && f.By != "" {
		return nil, f.empty()
	}
	return list, nil
}

// judge refuses what others can write: what they leave there would run. Where nothing is,
// there is nothing to refuse.
func judge(what, path string) error {
	var err *owned.Error
	if path == "" { // a plugin without that form; the current folder is not meant
		return nil
	}
	if errors.As(owned.All(path), &err) {
		return fmt.Errorf("plugin %s %w", what, err)
	}
	return nil
}

// absent reports whether nothing is at a path, also when a parent is not a directory: a
// service's HOME may be /dev/null.
func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (f *Folder) error(err error) error {
	name := "plugin folder " + f.Path
	if f.By != "" {
		name += " (" + f.By + ")"
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such folder", name)
	case errors.Is(err, syscall.ENOTDIR) && f.By == "":
		return fmt.Errorf("%s is a file: remove it", name)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s is a file: name the folder that holds it, or name a module or an executable by -p ./PATH", name)
	}
	return fmt.Errorf("%s: %w: t2host must be able to read it", name, cause.Of(err))
}

// empty returns the error for a named folder without a plugin. It names the build folder if
// that holds one.
func (f *Folder) empty() error {
	cure := "one has a " + FileName + ", which t2host build makes"
	build := Folder{Path: filepath.Join(f.Path, "build")}
	if list, err := build.read(); err == nil && len(list) > 0 {
		cure = "use " + build.Path
	}
	return fmt.Errorf("plugin folder %s (%s) holds no plugin: %s", f.Path, f.By, cure)
}
