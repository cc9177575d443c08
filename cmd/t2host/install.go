package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
)

// installCommand puts a plugin where t2host finds it.
func installCommand(o *options) *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "install DIR | FILE",
		Short: "install a plugin where t2host finds it: the one in a folder, which is built first, or a module or executable",
		Args:  exactly(1, "install requires one folder or file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := interruptible(cmd.Context(), cmd.ErrOrStderr())
			defer done()
			return o.install(ctx, args[0], only)
		},
	}
	formFlag(cmd, &only)
	return cmd
}

// uninstallCommand takes it away.
func uninstallCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall NAME",
		Short: "remove a plugin that was installed",
		Args:  exactly(1, "uninstall requires one name"),
		RunE:  func(_ *cobra.Command, args []string) error { return o.uninstall(args[0]) },
	}
}

// install checks the plugin first, and then puts its folder in its place: one version
// of it is there at any time.
func (o *options) install(ctx context.Context, path, only string) error {
	home, err := installFolder()
	if err != nil {
		return err
	}
	a, err := o.artefact(ctx, path, only)
	if err != nil {
		return err
	}
	found, err := o.search()
	if err != nil {
		return err
	}
	if err := fits(found.Catalogue, a); err != nil {
		return fmt.Errorf("install %s: %w", path, err)
	}
	before, err := installed(home)
	if err != nil {
		return err
	}
	place := filepath.Join(home, plugin.Key(a.Name))
	if err := copyArtefact(home, place, a); err != nil {
		return fmt.Errorf("install %s: %w", path, err)
	}
	was := ""
	for _, old := range before {
		if plugin.Key(old.Name) != plugin.Key(a.Name) {
			continue
		}
		was = " in the place of " + old.Version
		if old.From != place { // somebody has put it there by hand
			if err := os.RemoveAll(old.From); err != nil {
				return fmt.Errorf("install %s: %w", path, err)
			}
		}
	}
	fmt.Fprintf(o.stdout, "%s %s is installed in %s%s\nnext: t2host -r FILE -p %s\n", a.Name, a.Version, place, was, a.Name)
	return nil
}

// artefact is what is to be installed: what is built in a folder with a command, what
// lies in one with a plugin.json, or a file.
func (o *options) artefact(ctx context.Context, path, only string) (*plugin.Artefact, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, usagef("%s: no such folder or file", path)
	case !info.IsDir():
		k := o.carrier()
		defer k.Close()
		if err := plugin.CheckPath(path); err != nil {
			return nil, &host.UsageError{Err: err}
		}
		list, err := k.Describe(path)
		if err != nil {
			return nil, err
		}
		if len(list) != 1 {
			return nil, usagef("%s holds %d plugins: install a file that holds one", path, len(list))
		}
		return list[0], nil
	}
	if _, err := os.Stat(filepath.Join(path, plugin.FileName)); err == nil {
		return plugin.ReadFile(path)
	}
	forms, err := formsOf(only)
	if err != nil {
		return nil, err
	}
	k := o.carrier()
	defer k.Close()
	place, err := build(ctx, path, forms, k.Describe, io.Discard, o.stderr)
	if err != nil {
		return nil, err
	}
	return plugin.ReadFile(place)
}

// fits says why the plugin cannot be loaded beside the others.
func fits(catalogue []*plugin.Artefact, a *plugin.Artefact) error {
	_, err := plugin.Resolve(append(without(catalogue, a.Name), a), []string{a.Name})
	return err
}

// without is the catalogue but for the plugin of that name.
func without(catalogue []*plugin.Artefact, name string) []*plugin.Artefact {
	return slices.DeleteFunc(slices.Clone(catalogue), func(b *plugin.Artefact) bool { return plugin.Key(b.Name) == plugin.Key(name) })
}

// allInstalled returns the folder of installed plugins, and what is in it.
func allInstalled() (home string, list []*plugin.Artefact, err error) {
	if home, err = installFolder(); err == nil {
		list, err = installed(home)
	}
	return home, list, err
}

func (o *options) uninstall(name string) error {
	home, list, err := allInstalled()
	if err != nil {
		return err
	}
	a, err := plugin.Named(list, name)
	if err != nil {
		if found, err := o.search(); err == nil {
			if b, err := plugin.Named(found.Catalogue, name); err == nil {
				return usagef("plugin %s was not installed: %s", b.Name, b.From)
			}
		}
		return usagef("plugin %s is not installed in %s", name, home)
	}
	if err := os.RemoveAll(a.From); err != nil {
		return fmt.Errorf("uninstall %s: %w", name, err)
	}
	fmt.Fprintf(o.stdout, "%s %s is removed from %s\n", a.Name, a.Version, a.From)
	for _, b := range list {
		for _, r := range b.Requires {
			if plugin.Key(r.Name) == plugin.Key(a.Name) && !r.Optional {
				fmt.Fprintf(o.stderr, "t2host: plugin %s requires it and cannot be loaded any more\n", b.Name)
			}
		}
	}
	return nil
}

// uninstallAll removes all that was installed: T2's t2build -e.
func (o *options) uninstallAll(sure bool) error {
	home, list, err := allInstalled()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintf(o.stdout, "nothing is installed in %s\n", home)
		return nil
	}
	if !sure {
		var names []string
		for _, a := range list {
			names = append(names, a.Name)
		}
		return usagef("build -e: removes %s from %s: add -y, or remove one (t2host uninstall NAME)", strings.Join(names, ", "), home)
	}
	for _, a := range list {
		if err := os.RemoveAll(a.From); err != nil {
			return fmt.Errorf("build -e: %w", err)
		}
		fmt.Fprintf(o.stdout, "%s %s is removed from %s\n", a.Name, a.Version, a.From)
	}
	return nil
}

// installFolder is the user's data folder.
func installFolder() (string, error) {
	folders := plugin.Folders(nil, func(name string) string {
		if name == "T2HOST_PLUGINS" {
			return ""
		}
		return os.Getenv(name)
	})
	if len(folders) == 0 {
		return "", usagef("neither HOME nor XDG_DATA_HOME is set: t2host installs below them")
	}
	return folders[0].Path, nil
}

// installed are the plugins there.
func installed(home string) ([]*plugin.Artefact, error) {
	found, err := plugin.Search([]plugin.Folder{{Path: home}}, nil)
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	return found.Catalogue, nil
}

// copyArtefact makes the plugin's folder aside and puts it in its place.
func copyArtefact(home, place string, a *plugin.Artefact) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(home, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside) // nothing is there once it was renamed
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	copied := *a
	for _, f := range []struct {
		file *plugin.File
		name string
		mode fs.FileMode
	}{{&copied.Module, plugin.Key(a.Name) + ".wasm", 0o644}, {&copied.Executable, plugin.Key(a.Name), 0o755}} {
		if f.file.Path == "" {
			continue
		}
		to := filepath.Join(aside, f.name)
		if err := copyFile(to, f.file.Path, f.mode); err != nil {
			return err
		}
		f.file.Path = to
	}
	if err := plugin.WriteFile(aside, &copied); err != nil {
		return err
	}
	return replace(place, aside)
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
