package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/build"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
)

// building is a build that the user asks for.
type building struct {
	*options
	again, clean, all, empty, yes, force bool
	only                                 string
}

// buildCommand returns the command that builds plugins.
func buildCommand(o *options) *cobra.Command {
	b := &building{options: o}
	cmd := &cobra.Command{
		Use:   "build [DIR...]",
		Short: "build the plugin in a folder, as module and as executable, with its plugin.json",
		RunE:  func(cmd *cobra.Command, args []string) error { return b.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVarP(&b.again, "rebuild", "r", false, "remove what was built before")
	f.BoolVarP(&b.clean, "clean", "c", false, "only remove what was built before")
	f.BoolVarP(&b.all, "all", "a", false, "the plugins in the folders of DIR")
	f.BoolVarP(&b.empty, "empty", "e", false, "first uninstall all plugins that were installed; asks for -y")
	f.BoolVarP(&b.yes, "yes", "y", false, "with -e; else as in T2: nothing is asked here")
	f.BoolVarP(&b.force, "force", "f", false, "as in T2; a build here always replaces the one before")
	runtimeFlag(cmd, &b.only)
	return cmd
}

func (b *building) run(parent context.Context, dirs []string) error {
	runtimes, err := runtimesOf(b.only)
	if err != nil {
		return err
	}
	if b.empty {
		if err := b.uninstallAll(b.yes); err != nil || len(dirs) == 0 && !b.all {
			return err
		}
	}
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	for _, dir := range dirs {
		if err := b.missing(dir); err != nil {
			return err
		}
	}
	if b.all {
		if dirs, err = b.sources(dirs); err != nil {
			return err
		}
	}
	ctx, done := interruptible(parent, b.stderr)
	defer done()
	k := b.carrier()
	c := build.Config{Runtimes: runtimes, Describe: k.Describe, Output: b.stderr}
	var errs []error
	for _, dir := range dirs {
		err := b.one(ctx, c, dir)
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("build %s: interrupted", dir)
		}
		errs = append(errs, err)
	}
	return errors.Join(append(errs, k.Close())...)
}

// one cleans or builds the plugin in a folder.
func (b *building) one(ctx context.Context, c build.Config, dir string) error {
	if b.clean || b.again {
		out, err := build.Clean(dir)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.stdout, "%s is removed\n", out)
	}
	if b.clean {
		return nil
	}
	built := b.screen.busy("building " + printable.Line(dir))
	a, err := c.Run(ctx, dir)
	built()
	if err != nil {
		return err
	}
	fmt.Fprintf(b.stdout, "%s %s is in %s\n", a.Name, a.Version, a.From)
	for _, path := range []string{a.Module.Path, a.Executable.Path, filepath.Join(a.From, plugin.FileName)} {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(b.stdout, "  %-20s %9d bytes\n", info.Name(), info.Size())
		}
	}
	fmt.Fprintf(b.stdout, "next: t2host -P %s -r FILE -p %s\n", filepath.Dir(a.From), a.Name)
	return nil
}

// missing refuses the name of a plugin instead of a folder: T2's users build a plugin again
// after t2conf.
func (b *building) missing(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	found, err := b.search()
	if err != nil {
		return nil // the build reports that there is no folder
	}
	if a, err := plugin.Named(found.Catalogue, plugin.Unnumbered(dir)); err == nil {
		return usagef("build %s: no such folder; plugin %s already exists (%s), and its settings need no build (t2host conf %s)", dir, a.Name, a.From, a.Name)
	}
	return nil
}

// sources returns the folders of plugins in these folders, or that are one themselves.
func (b *building) sources(dirs []string) ([]string, error) {
	var all []string
	for _, dir := range dirs {
		list, err := build.Sources(dir)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			fmt.Fprintf(b.stdout, "%s has no folder of a plugin: the plugins that come with t2host are built already\n", dir)
		}
		all = append(all, list...)
	}
	return all, nil
}

// runtimeFlag adds the flag of the commands that build.
func runtimeFlag(cmd *cobra.Command, only *string) {
	cmd.Flags().StringVar(only, "runtime", "", "build for this `RUNTIME` only: wasm (seconds where nothing was compiled before) or process (a minute)")
}

// runtimesOf returns the runtimes to build for, nil for both.
func runtimesOf(only string) ([]plugin.Runtime, error) {
	switch r := plugin.Runtime(only); r {
	case "":
		return nil, nil
	case plugin.Wasm, plugin.Process:
		return []plugin.Runtime{r}, nil
	}
	return nil, usagef("--runtime %s: a plugin is built for wasm or process", only)
}

// artefact returns the plugin at path, which it builds if that is a plugin's source.
func (o *options) artefact(ctx context.Context, path, only string) (*plugin.Artefact, error) {
	runtimes, err := runtimesOf(only)
	if err != nil {
		return nil, err
	}
	k := o.carrier()
	defer k.Close()
	defer o.screen.busy("building " + printable.Line(path))()
	return build.Config{Runtimes: runtimes, Describe: k.Describe, Output: o.stderr}.Artefact(ctx, path)
}
