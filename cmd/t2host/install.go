package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/store"
)

// installCommand returns the command that puts a plugin where t2host finds it.
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
	runtimeFlag(cmd, &only)
	return cmd
}

// uninstallCommand returns the command that removes an installed plugin.
func uninstallCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall NAME",
		Short: "remove a plugin that was installed",
		Args:  exactly(1, "uninstall requires one name"),
		RunE:  func(_ *cobra.Command, args []string) error { return o.uninstall(args[0]) },
	}
}

// install checks that the plugin can be loaded before it replaces one.
func (o *options) install(ctx context.Context, path, only string) error {
	s, err := store.User(os.Getenv)
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
	if err := plugin.Fits(found.Catalogue, a); err != nil {
		return fmt.Errorf("install %s: %w", path, err)
	}
	place, old, err := s.Put(a)
	if err != nil {
		return fmt.Errorf("install %s: %w", path, err)
	}
	was := ""
	if old != nil {
		was = " in the place of " + old.Version
	}
	fmt.Fprintf(o.stdout, "%s %s is installed in %s%s\n", a.Name, a.Version, place, was)
	next := "t2host -r FILE -p " + a.Name
	if len(a.Needs) > 0 {
		fmt.Fprintf(o.stdout, "it needs %s\n", strings.Join(a.Needs, ", "))
		next += " --grant " + a.Name + "=" + plugin.Grantable(a.Needs...)
	}
	fmt.Fprintf(o.stdout, "next: %s\n", next)
	return nil
}

// installed returns the user's store and the plugins in it.
func installed() (store.Store, []*plugin.Artefact, error) {
	s, err := store.User(os.Getenv)
	if err != nil {
		return s, nil, err
	}
	list, err := s.Plugins()
	return s, list, err
}

func (o *options) uninstall(name string) error {
	s, list, err := installed()
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
		return usagef("plugin %s is not installed in %s", name, s.Dir)
	}
	if err := s.Remove(a); err != nil {
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

// uninstallAll removes all that was installed, as T2's t2build -e does.
func (o *options) uninstallAll(sure bool) error {
	s, list, err := installed()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintf(o.stdout, "nothing is installed in %s\n", s.Dir)
		return nil
	}
	if !sure {
		var names []string
		for _, a := range list {
			names = append(names, a.Name)
		}
		return usagef("build -e: removes %s from %s: add -y, or remove one (t2host uninstall NAME)", strings.Join(names, ", "), s.Dir)
	}
	for _, a := range list {
		if err := s.Remove(a); err != nil {
			return fmt.Errorf("build -e: %w", err)
		}
		fmt.Fprintf(o.stdout, "%s %s is removed from %s\n", a.Name, a.Version, a.From)
	}
	return nil
}
