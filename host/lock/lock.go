// Package lock keeps which plugins may be loaded: names, versions, checksums, and what they declare that they send and need.
package lock

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
)

// FileName is that of a lock file, in the current folder.
const FileName = "t2host.lock"

const (
	version = 1
	maxSize = 4 << 20
)

// File is a lock file. Plugins that come with t2host are not in it: they change with t2host's own version.
type File struct {
	Version int     `json:"t2host.lock"`
	Plugins []Entry `json:"plugins"`
}

// Entry is a plugin as it was when it was locked.
type Entry struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Module     string   `json:"module,omitempty"`     // SHA-256
	Executable string   `json:"executable,omitempty"` // SHA-256
	Requires   []string `json:"requires,omitempty"`
	Outlets    []string `json:"outlets,omitempty"`
	Files      []string `json:"files,omitempty"` // settings that name files which it reads
	Needs      []string `json:"needs,omitempty"`
}

// entryOf describes a plugin.
func entryOf(a *plugin.Artefact) Entry {
	e := Entry{Name: a.Name, Version: a.Version, Module: a.Module.SHA256, Executable: a.Executable.SHA256, Needs: slices.Sorted(slices.Values(a.Needs))}
	for _, r := range a.Requires {
		e.Requires = append(e.Requires, strings.TrimSpace(r.Name+" "+r.Versions))
	}
	for _, o := range a.Outlets {
		e.Outlets = append(e.Outlets, o.Name)
	}
	for _, f := range a.Files {
		e.Files = append(e.Files, f.Setting)
	}
	return e
}

// Of returns the lock file of a run's plugins.
func Of(loaded []plugin.Loaded) *File {
	f := &File{Version: version, Plugins: []Entry{}}
	for _, l := range loaded {
		if !l.BuiltIn {
			f.Plugins = append(f.Plugins, entryOf(l.Artefact))
		}
	}
	return f
}

// Write writes the file, in the place of one that is there.
func (f *File) Write(path string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return aside.WriteFile(path, append(data, '\n'), 0o644)
}

// Read reads a lock file.
func Read(path string) (*File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: t2host lock writes it", path, cause.Of(err))
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxSize))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause.Of(err))
	}
	f, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func parse(data []byte) (*File, error) {
	var f File
	if err := manifest.Decode(data, &f); err != nil {
		return nil, err
	}
	if f.Version != version {
		return nil, fmt.Errorf("a lock file of version %d, and this t2host reads version %d", f.Version, version)
	}
	return &f, nil
}

// Versions returns the catalogue with the versions that are locked, of plugins that are here in several.
func (f *File) Versions(catalogue []*plugin.Artefact) []*plugin.Artefact {
	locked := slices.Clone(catalogue)
	for i, a := range catalogue {
		for _, b := range append([]*plugin.Artefact{a}, a.Others...) {
			if f.Differs(b) == "" {
				copied := *b
				copied.Others = nil
				locked[i] = &copied
				break
			}
		}
	}
	return locked
}

// Check returns an error if one of a run's plugins is not in the file as it is now.
func (f *File) Check(loaded []plugin.Loaded) error {
	for _, l := range loaded {
		if l.BuiltIn {
			continue
		}
		if why := f.Differs(l.Artefact); why != "" {
			return fmt.Errorf("plugin %s: %s: t2host lock writes the file anew, if that is meant", l.Name, why)
		}
	}
	return nil
}

// Differs describes in which way a plugin is not as it was when it was locked; empty: it is.
func (f *File) Differs(a *plugin.Artefact) string {
	i := slices.IndexFunc(f.Plugins, func(e Entry) bool { return plugin.Key(e.Name) == plugin.Key(a.Name) })
	if i < 0 {
		return "it is not locked"
	}
	was, is := f.Plugins[i], entryOf(a)
	lists := func(what string, was, is []string) string {
		if slices.Equal(was, is) {
			return ""
		}
		return fmt.Sprintf("it was locked with %s [%s], and has [%s]", what, strings.Join(was, ", "), strings.Join(is, ", "))
	}
	for _, why := range []string{
		one("version", was.Version, is.Version), one("the module", was.Module, is.Module), one("the executable", was.Executable, is.Executable),
		lists("the requirements", was.Requires, is.Requires), lists("the outlets", was.Outlets, is.Outlets), lists("the files", was.Files, is.Files), lists("the needs", was.Needs, is.Needs),
	} {
		if why != "" {
			return why
		}
	}
	return ""
}

func one(what, was, is string) string {
	if was == is {
		return ""
	}
	return fmt.Sprintf("it was locked with %s %s, and has %s", what, named(was), named(is))
}

func named(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
