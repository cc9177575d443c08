package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/scaffold"
)

// newPlugin is a plugin that the user asks for.
type newPlugin struct {
	*options
	create, number         string
	sink, minimal, payload bool
	requires               []string
	list                   bool
	language, module       string
}

// newPluginCommand returns the command that makes the folder of a new plugin.
func newPluginCommand(o *options) *cobra.Command {
	n := &newPlugin{options: o}
	cmd := &cobra.Command{
		Use:   "new-plugin [NAME]",
		Short: "make the folder of a new plugin, which builds, tests and runs as it is",
		Long: `new-plugin makes the folder NAME: a plugin in Go with an example, tests, a fuzz target, a benchmark, README, Makefile
and the SDK, so that it builds anywhere without anything else; or one in C, C++, Rust or Python (--lang). What next: cd NAME && make test && make install`,
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
				plugin.Sort(found.Catalogue)
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
	f.StringVar(&n.language, "lang", "go", "the `LANGUAGE` that it is written in: go, c, c++, rust or python; its README.md has the Debian packages that build it")
	f.StringVarP(&n.number, "number", "n", "", "the plugin's `NUMBER`, 0 to 999, of sinks from 900 (default: a free one)")
	f.StringSliceVar(&n.requires, "requires", nil, "plugins that it requires: `NAMES`, separated by commas")
	f.StringVar(&n.module, "module", "", "the `PATH` of its Go module (default: example.com/NAME)")
	f.StringVarP(&n.create, "create", "c", "", "the same as NAME, as in T2")
	f.BoolVarP(&n.list, "list", "l", false, "list all plugins")
	f.BoolP("yes", "y", false, "as in T2; nothing is asked here")
	folderFlag(cmd, o)
	return cmd
}

func (n *newPlugin) run() error {
	dir := strings.TrimSuffix(n.create, "/")
	r := scaffold.Request{Name: filepath.Base(dir), Number: n.number, Requires: n.requires, Module: n.module}
	var err error
	if r.Kind, err = n.kind(); err != nil {
		return err
	}
	found, err := n.search()
	if err != nil {
		return err
	}
	r.Catalogue = found.Catalogue
	p, old, err := scaffold.New(r)
	if err == nil {
		err = scaffold.CheckFolder(dir)
	}
	if err != nil {
		return refused(err)
	}
	source := t2host.Source()
	if !r.Kind.InGo() {
		source = t2host.InC()
	}
	if err := p.Make(dir, source); err != nil {
		return fmt.Errorf("new-plugin: %w", err)
	}
	takes := ""
	if old != nil {
		takes = fmt.Sprintf("; installed, it replaces %s %s, %s", old.Name, old.Version, old.From)
	}
	fmt.Fprintf(n.stdout, "%s, number %d, is in %s%s\nnext: cd %s && make test && make install && t2host -r FILE -p %s\n", p.Name, p.Number, dir, takes, dir, p.Name)
	return nil
}

// kind returns the template that the flags choose.
func (n *newPlugin) kind() (scaffold.Kind, error) {
	switch {
	case scaffold.Languages[n.language] == "":
		return "", usagef("--lang %s: languages are go, c, c++, rust and python; the ABI is for all others", n.language)
	case n.language != "go" && (n.payload || n.sink || n.minimal || len(n.requires) > 0 || n.module != ""):
		return "", usagef("--lang %s excludes -t, -s, -m, --requires and --module: they are for plugins in Go", n.language)
	case n.language != "go":
		return scaffold.Languages[n.language], nil
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
