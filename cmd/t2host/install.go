package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/download"
	"github.com/t2host/t2host/host/pack"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/host/store"
)

// installing is the user's part of an installation.
type installing struct {
	*options
	only, key string
	beside    bool
}

// installCommand returns the command that puts plugins where t2host finds them.
func installCommand(o *options) *cobra.Command {
	i := &installing{options: o}
	cmd := &cobra.Command{
		Use:   "install DIR | FILE | PACK...",
		Short: "install plugins where t2host finds them: those in folders, which are built first, in modules or executables, and in packs (FILE.t2p)",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("install requires folders or files")
			}
			ctx, done := interruptible(cmd.Context(), cmd.ErrOrStderr())
			defer done()
			return i.run(ctx, args)
		},
	}
	runtimeFlag(cmd, &i.only)
	cmd.Flags().BoolVar(&i.beside, "beside", false, "keep other versions of the plugins: -p NAME@VERSION chooses one, requirements choose one that fits, else the highest")
	cmd.Flags().StringVar(&i.key, "key", "", "packs must be signed by minisign's public key in `FILE`")
	return cmd
}

// uninstallCommand returns the command that removes an installed plugin.
func uninstallCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall NAME | NAME@VERSION",
		Short: "remove a plugin that was installed",
		Args:  exactly(1, "uninstall requires one name"),
		RunE:  func(_ *cobra.Command, args []string) error { return o.uninstall(args[0]) },
	}
}

// run installs all plugins or none: it checks that they can be loaded, with what is there already, before it replaces one.
func (i *installing) run(ctx context.Context, words []string) error {
	s, err := store.User(os.Getenv)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "t2host-install-")
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	defer os.RemoveAll(dir)
	s.Beside = i.beside
	var list []*plugin.Artefact
	for n, word := range words {
		if !isPack(word) {
			a, err := i.artefact(ctx, word, i.only)
			if err != nil {
				return err
			}
			list = append(list, a)
			continue
		}
		plugins, err := i.unpack(ctx, word, filepath.Join(dir, fmt.Sprint(n)))
		if err != nil {
			return err
		}
		list = append(list, plugins...)
	}
	found, err := i.search()
	if err != nil {
		return err
	}
	list, err = plugin.Together(found.Catalogue, list)
	if err != nil {
		return fmt.Errorf("install %s: %w", strings.Join(words, " "), err)
	}
	placed, err := s.PutAll(list)
	if err != nil {
		return fmt.Errorf("install %s: %w: nothing was installed", strings.Join(words, " "), err)
	}
	for n, a := range list {
		i.say(a, placed[n])
	}
	return nil
}

// unpack returns the plugins of a pack, whose files it writes into a folder. Their modules must declare what the pack says of them.
func (i *installing) unpack(ctx context.Context, word, dir string) ([]*plugin.Artefact, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	path := word
	if download.IsURL(word) {
		path = filepath.Join(dir, "fetched"+pack.Ending)
		if err := pack.Fetch(ctx, word, path); err != nil {
			return nil, fmt.Errorf("pack %s: %w", word, err)
		}
		if i.key != "" {
			if err := pack.Fetch(ctx, word+pack.SignatureEnding, path+pack.SignatureEnding); err != nil {
				return nil, fmt.Errorf("pack %s: signature: %w", word, err)
			}
		}
	}
	k, err := readPack(path, filepath.Join(dir, "plugins"), i.key)
	if err != nil {
		return nil, err
	}
	carrier := i.carrier()
	defer carrier.Close()
	for _, a := range k.Plugins {
		if a.Module.Path == "" {
			continue
		}
		list, err := carrier.Describe(a.Module.Path)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", word, err)
		}
		if len(list) != 1 || !manifest.Same(list[0].Plugin, a.Plugin) {
			return nil, fmt.Errorf("pack %s: the module of plugin %s declares other things than the pack says", word, a.Name)
		}
	}
	return k.Plugins, nil
}

// say tells the user that a plugin is installed.
func (i *installing) say(a *plugin.Artefact, p store.Placed) {
	was := ""
	if p.Old != nil {
		was = " in the place of " + p.Old.Version
	}
	fmt.Fprintf(i.stdout, "%s %s is installed in %s%s\n", a.Name, a.Version, p.Place, was)
	next := "t2host -r FILE -p " + a.Name
	if len(a.Needs) > 0 {
		fmt.Fprintf(i.stdout, "it needs %s\n", strings.Join(a.Needs, ", "))
		next += " --grant " + a.Name + "=" + plugin.Grantable(a.Needs...)
	}
	fmt.Fprintf(i.stdout, "next: %s\n", next)
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
	name, version, _ := strings.Cut(name, "@")
	var versions []string
	for _, b := range list {
		if plugin.Key(b.Name) == plugin.Key(name) {
			versions = append(versions, b.Name+"@"+b.Version)
		}
	}
	if len(versions) > 1 && version == "" {
		return usagef("plugin %s is installed in several versions: uninstall %s", name, strings.Join(versions, " or "))
	}
	if version != "" {
		list = slices.DeleteFunc(list, func(b *plugin.Artefact) bool { return plugin.Key(b.Name) == plugin.Key(name) && b.Version != version })
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
