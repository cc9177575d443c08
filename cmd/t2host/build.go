package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/gobuild"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
)

// building is what the user says of a build.
type building struct {
	*options
	again, clean, all, empty, yes, force bool
	only                                 string
}

// buildCommand builds plugins' folders.
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
	formFlag(cmd, &b.only)
	return cmd
}

func (b *building) run(parent context.Context, dirs []string) error {
	forms, err := formsOf(b.only)
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
		if dirs, err = pluginsIn(dirs, b.stdout); err != nil {
			return err
		}
	}
	ctx, done := interruptible(parent, b.stderr)
	defer done()
	k := b.carrier()
	var errs []error
	for _, dir := range dirs {
		var err error
		if b.clean || b.again {
			err = cleanBuild(dir, b.stdout)
		}
		if err == nil && !b.clean {
			_, err = build(ctx, dir, forms, k.Describe, b.stdout, b.stderr)
		}
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("build %s: interrupted", dir)
		}
		errs = append(errs, err)
	}
	return errors.Join(append(errs, k.Close())...)
}

// missing refuses the name of a plugin in the place of a folder: after t2conf T2's users
// build the plugin again.
func (b *building) missing(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	found, err := b.search()
	if err != nil {
		return nil // build says that there is no folder
	}
	if a, err := plugin.Named(found.Catalogue, plugin.Unnumbered(dir)); err == nil {
		return usagef("build %s: no such folder; plugin %s already exists (%s), and its settings need no build (t2host conf %s)", dir, a.Name, a.From, a.Name)
	}
	return nil
}

// pluginsIn returns the folders with a plugin in these folders, or that are one themselves.
func pluginsIn(dirs []string, stdout io.Writer) ([]string, error) {
	var list []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, usagef("build -a %s: %v", dir, cause.Of(err))
		}
		before := len(list)
		if _, err := mainPackage(dir); err == nil {
			list = append(list, dir)
		}
		for _, e := range entries {
			in := filepath.Join(dir, e.Name())
			if _, err := os.Stat(filepath.Join(in, "go.mod")); err != nil {
				continue
			}
			if _, err := mainPackage(in); err == nil {
				list = append(list, in)
			}
		}
		if len(list) == before {
			fmt.Fprintf(stdout, "%s has no folder of a plugin: the plugins that come with t2host are built already\n", dir)
		}
	}
	return list, nil
}

// formFlag is for the commands that build.
func formFlag(cmd *cobra.Command, only *string) {
	cmd.Flags().StringVar(only, "runtime", "", "build for this `RUNTIME` only: wasm (seconds where nothing was compiled before) or process (a minute)")
}

// formsOf are the forms that a plugin is built in.
func formsOf(only string) ([]plugin.Runtime, error) {
	switch r := plugin.Runtime(only); r {
	case "":
		return []plugin.Runtime{plugin.Wasm, plugin.Process}, nil
	case plugin.Wasm, plugin.Process:
		return []plugin.Runtime{r}, nil
	}
	return nil, usagef("--runtime %s: a plugin is built for wasm or process", only)
}

// cleanBuild removes what build has made.
func cleanBuild(dir string, stdout io.Writer) error {
	if _, err := mainPackage(dir); err != nil { // it is no plugin's folder
		return err
	}
	out := filepath.Join(dir, "build")
	if err := os.RemoveAll(out); err != nil {
		return fmt.Errorf("build folder %s: %w", out, err)
	}
	fmt.Fprintf(stdout, "%s is removed\n", out)
	return nil
}

// build makes DIR/build/NAME, whose path it gives: module, executable and plugin.json.
// It makes them aside and puts the folder in its place at the end.
func build(ctx context.Context, dir string, forms []plugin.Runtime, describe describer, stdout, stderr io.Writer) (place string, err error) {
	command, err := mainPackage(dir)
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "build")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", fmt.Errorf("build folder %s: %w: t2host build must be able to make it", out, cause.Of(err))
	}
	defer os.Remove(out) // where nothing is in it
	aside, err := os.MkdirTemp(out, ".new-")
	if err != nil {
		return "", fmt.Errorf("build folder %s: %w: t2host build must be able to write there", out, cause.Of(err))
	}
	defer os.RemoveAll(aside) // nothing is there once it was renamed
	if err := os.Chmod(aside, 0o755); err != nil {
		return "", fmt.Errorf("build folder: %w", err)
	}
	a, err := makeParts(ctx, dir, command, aside, forms, describe, stderr)
	if err != nil {
		return "", err
	}
	if ctx.Err() != nil { // describing does not look
		return "", ctx.Err()
	}
	name := plugin.Key(a.Name)
	place = filepath.Join(out, name)
	if err := replace(place, aside); err != nil {
		return "", fmt.Errorf("build folder: %w", err)
	}
	fmt.Fprintf(stdout, "%s %s is in %s\n", a.Name, a.Version, place)
	for _, file := range []string{name + ".wasm", name, plugin.FileName} {
		if info, err := os.Stat(filepath.Join(place, file)); err == nil {
			fmt.Fprintf(stdout, "  %-20s %9d bytes\n", file, info.Size())
		}
	}
	fmt.Fprintf(stdout, "next: t2host -P %s -r FILE -p %s\n", out, a.Name)
	return place, nil
}

// makeParts makes module, executable and plugin.json in the folder aside.
func makeParts(ctx context.Context, dir, command, aside string, forms []plugin.Runtime, describe describer, stderr io.Writer) (*plugin.Artefact, error) {
	var paths []string
	for _, form := range forms {
		j := gobuild.Job{Dir: dir, Command: command, Out: filepath.Join(aside, "plugin"), Module: form == plugin.Wasm, Output: stderr}
		if j.Module {
			j.Out += ".wasm"
		}
		if err := compile(ctx, j); err != nil {
			return nil, err
		}
		paths = append(paths, j.Out)
	}
	a, err := same(paths, describe)
	if err != nil {
		// The folder is gone when this is read.
		return nil, fmt.Errorf("build %s: %s", dir, strings.ReplaceAll(err.Error(), aside+string(filepath.Separator), ""))
	}
	name := plugin.Key(a.Name)
	if err := rename(&a.Module, name+".wasm"); err != nil {
		return nil, err
	}
	if err := rename(&a.Executable, name); err != nil {
		return nil, err
	}
	return a, plugin.WriteFile(aside, a)
}

// replace puts a folder in another's place, at once where the system can swap the two. The
// other stays as it is if that fails.
func replace(place, with string) error {
	if swap(place, with) == nil {
		return nil // what is with now is the caller's to remove
	}
	old := with + ".old"
	defer os.RemoveAll(old)
	if err := os.Rename(place, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(with, place)
	if err != nil {
		_ = os.Rename(old, place) // the first error is the one to show
	}
	return err
}

// mainPackage finds the plugin's command: DIR/cmd/NAME, or DIR itself.
func mainPackage(dir string) (string, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", usagef("build %s: no such folder", dir)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "cmd"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("build %s: %w", dir, err)
	}
	var found []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, "cmd", e.Name(), "main.go")); err == nil {
			found = append(found, "./cmd/"+e.Name())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err == nil && len(found) == 0 {
		found = []string{"."}
	}
	switch len(found) {
	case 0:
		return "", usagef("build %s: no command found: a plugin has cmd/NAME/main.go, which calls sdk/serve", dir)
	case 1:
		return found[0], nil
	}
	return "", usagef("build %s: %d commands found (%s): one folder builds one plugin", dir, len(found), strings.Join(found, ", "))
}

// compile shows all that the compiler prints.
func compile(ctx context.Context, j gobuild.Job) error {
	err := gobuild.Run(ctx, j)
	switch {
	case errors.Is(err, gobuild.ErrNoGo):
		return fmt.Errorf("build %s: %w", j.Dir, err)
	case err != nil:
		form := "as an executable"
		if j.Module {
			form = "as a module for wasm"
		}
		return fmt.Errorf("build %s: %s does not compile %s (above): %w", j.Dir, j.Command, form, err)
	}
	return nil
}

// describer asks an artefact what it is.
type describer func(path string) ([]*plugin.Artefact, error)

// same asks all forms what they are; they must say the same. The artefact holds them,
// with the checksums of what was asked.
func same(paths []string, describe describer) (*plugin.Artefact, error) {
	var found *plugin.Artefact
	for _, path := range paths {
		list, err := describe(path)
		switch {
		case err != nil:
			return nil, err
		case len(list) != 1:
			return nil, fmt.Errorf("the command holds %d plugins: one folder builds one", len(list))
		case found == nil:
			found = list[0]
		case !manifest.Same(found.Plugin, list[0].Plugin):
			return nil, fmt.Errorf("plugin %s declares different things as a module and as a process: a declaration must not depend on where it runs", found.Name)
		default:
			found.Executable = list[0].Executable
		}
	}
	return found, nil
}

// onlyMine takes the permission to write a file from others, whatever the umask: t2host
// does not run what they can change.
func onlyMine(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()&^0o022)
	}
	return err
}

// rename gives a file its name, in its folder, where there is one.
func rename(f *plugin.File, name string) error {
	if f.Path == "" {
		return nil
	}
	to := filepath.Join(filepath.Dir(f.Path), name)
	if err := os.Rename(f.Path, to); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	f.Path = to
	return onlyMine(to)
}
