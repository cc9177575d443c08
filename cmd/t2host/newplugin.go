package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/scaffold"
)

// newPlugin is what the user says of a plugin that is to be made.
type newPlugin struct {
	*options
	create, number         string
	sink, minimal, payload bool
	requires               []string
	list                   bool
}

func newPluginCommand(o *options) *cobra.Command {
	n := &newPlugin{options: o}
	cmd := &cobra.Command{
		Use:   "new-plugin [NAME]",
		Short: "make the folder of a new plugin, which builds, tests and runs as it is",
		Long: `new-plugin makes the folder NAME: a plugin in Go with an example, tests, a fuzz target, a benchmark, README, Makefile
and the SDK, so that it builds anywhere without anything else. What next: cd NAME && make test && make install`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("new-plugin requires one name")
			case len(args) == 1 && n.create != "":
				return usagef("new-plugin requires one name: use NAME or -c NAME")
			case len(args) == 1:
				n.create = args[0]
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n.list {
				found, err := o.search()
				if err != nil {
					return err
				}
				sortPlugins(found.Catalogue)
				return list(o.stdout, found.Catalogue)
			}
			if n.create == "" {
				return cmd.Help()
			}
			return n.run()
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVarP(&n.sink, "sink", "s", false, "a sink: it writes flows to an outlet")
	f.BoolVarP(&n.payload, "t2buf", "t", false, "a plugin that reads payload")
	f.BoolVarP(&n.minimal, "minimal", "m", false, "without an example; with -s a sink")
	f.StringVarP(&n.number, "number", "n", "", "the plugin's `NUMBER`, 0 to 999, of sinks from 900 (default: a free one)")
	f.StringSliceVar(&n.requires, "requires", nil, "plugins that it requires: `NAMES`, separated by commas")
	f.StringVarP(&n.create, "create", "c", "", "the same as NAME, as in T2")
	f.BoolVarP(&n.list, "list", "l", false, "list all plugins")
	f.BoolP("yes", "y", false, "as in T2; nothing is asked here")
	folderFlag(cmd, o)
	return cmd
}

func (n *newPlugin) run() error {
	dir := strings.TrimSuffix(n.create, "/")
	name := filepath.Base(dir)
	if err := scaffold.CheckName(name); err != nil {
		return usagef("%v", err)
	}
	kind, err := n.kind()
	if err != nil {
		return err
	}
	found, err := n.search()
	if err != nil {
		return err
	}
	p := &scaffold.Plugin{Name: name, Kind: kind}
	others := without(found.Catalogue, name) // that of a plugin whose place it takes is free
	if p.Number, err = n.pick(kind, others); err != nil {
		return err
	}
	if p.Requires, err = requirements(n.requires, others); err != nil {
		return err
	}
	takes := ""
	if len(others) < len(found.Catalogue) {
		a, err := plugin.Named(found.Catalogue, name)
		switch {
		case err != nil:
			return err
		case !a.BuiltIn:
			return usagef("plugin %s already exists: %s: choose another name, or remove it", a.Name, a.From)
		}
		takes = fmt.Sprintf("; installed, it replaces %s %s, %s", a.Name, a.Version, a.From)
	}
	if err := empty(dir); err != nil {
		return err
	}
	if err := write(dir, p); err != nil {
		return fmt.Errorf("new-plugin: %w", err)
	}
	fmt.Fprintf(n.stdout, "%s, number %d, is in %s%s\nnext: cd %s && make test && make install && t2host -r FILE -p %s\n", name, p.Number, dir, takes, dir, name)
	return nil
}

func (n *newPlugin) kind() (scaffold.Kind, error) {
	switch {
	case n.payload && (n.sink || n.minimal):
		return "", usagef("-t excludes -s and -m: choose one template")
	case n.payload:
		return scaffold.Payload, nil
	case n.sink && n.minimal:
		return scaffold.MinimalSink, nil
	case n.sink:
		return scaffold.Sink, nil
	case n.minimal:
		return scaffold.Minimal, nil
	}
	return scaffold.Flow, nil
}

// ofT2 are numbers of T2's own plugins: somebody who knows them would be misled.
var ofT2 = []int{100, 110, 111, 112, 120, 130, 132, 140, 500, 700, 900, 901, 903, 904, 910, 923, 924, 925, 926, 927, 928, 950, 960, 961, 962, 999}

// pick returns the plugin's number: the user's, or the first free one of its kind
// (docs/reference/records.md#numbers-of-plugins).
func (n *newPlugin) pick(kind scaffold.Kind, catalogue []*plugin.Artefact) (int, error) {
	used := map[int]string{}
	for _, a := range catalogue {
		used[a.Number] = a.Name
	}
	if n.number != "" {
		number, err := strconv.ParseUint(n.number, 10, 16)
		switch {
		case err != nil:
			return 0, usagef("invalid argument for -n: expected a number, found %q", n.number)
		case number > 999:
			return 0, usagef("plugin number %d is not between 0 and 999", number)
		case kind.IsSink() && number < 900:
			return 0, usagef("sink plugins have a number from 900 on, not %d", number)
		case !kind.IsSink() && number >= 900:
			return 0, usagef("numbers from 900 on are for sinks: choose a smaller one than %d, or add -s", number)
		case used[int(number)] != "":
			return 0, usagef("plugin number %d is already used by %s", number, used[int(number)])
		}
		return int(number), nil
	}
	from, to := 100, 199
	switch {
	case kind.IsSink():
		from, to = 900, 999
	case kind == scaffold.Payload:
		from, to = 300, 699
	}
	for i := from; i <= to; i++ {
		if used[i] == "" && !slices.Contains(ofT2, i) {
			return i, nil
		}
	}
	return 0, usagef("no number from %d to %d is free: choose one with -n", from, to)
}

// requirements are the plugins of these names, and what they require, which comes first.
func requirements(names []string, catalogue []*plugin.Artefact) ([]scaffold.Requirement, error) {
	var list []scaffold.Requirement
	var add func(name string, direct bool) error
	add = func(name string, direct bool) error {
		a, err := plugin.Named(catalogue, name)
		if err != nil {
			return &host.UsageError{Err: err}
		}
		for _, r := range a.Requires {
			if r.Optional {
				continue
			}
			if err := add(r.Name, false); err != nil {
				return err
			}
		}
		for i := range list {
			if list[i].Plugin == a.Plugin {
				list[i].Direct = list[i].Direct || direct
				return nil
			}
		}
		r := scaffold.Requirement{Plugin: a.Plugin, Direct: direct}
		if a.BuiltIn {
			r.Package = "github.com/t2host/t2host/plugins/" + plugin.Key(a.Name)
		}
		list = append(list, r)
		return nil
	}
	for _, name := range names {
		if err := add(strings.TrimSpace(name), true); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// empty says why nothing can be made at a path: something is there.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return usagef("folder %s: %v: choose another name", dir, cause.Of(err))
	case len(entries) > 0:
		return usagef("folder %s already exists and is not empty: choose another name, or remove it", dir)
	}
	return nil
}

// write makes the plugin's folder: aside, so that there is all of it or nothing.
func write(dir string, p *scaffold.Plugin) error {
	files, err := p.Module(t2host.Source())
	if err != nil {
		return err
	}
	own, err := p.Files()
	if err != nil {
		return err
	}
	maps.Copy(files, own)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(filepath.Dir(dir), ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside) // nothing is there once it was renamed
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	if err := writeFiles(aside, files); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(aside, dir)
}

// writeFiles writes files by their paths below a folder.
func writeFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
