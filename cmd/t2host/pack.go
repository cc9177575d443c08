package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/build"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/pack"
	"github.com/t2host/t2host/host/plugin"
)

// here is this system's platform.
const here = runtime.GOOS + "/" + runtime.GOARCH

// packing is the user's part of a pack.
type packing struct {
	*options
	out, sign, list string
	platforms       []string
}

// packCommand returns the command that puts plugins into a file.
func packCommand(o *options) *cobra.Command {
	p := &packing{options: o}
	cmd := &cobra.Command{
		Use:   "pack -o FILE.t2p DIR | FILE | NAME...",
		Short: "put plugins, and what they require, into one file that t2host install reads",
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := interruptible(cmd.Context(), cmd.ErrOrStderr())
			defer done()
			if p.list != "" {
				if len(args) > 0 {
					return usagef("pack -l lists a pack and takes no plugin: %s", args[0])
				}
				return p.show(p.list)
			}
			if len(args) == 0 || p.out == "" {
				return usagef("pack requires -o FILE.t2p, and folders or names of plugins; or -l FILE.t2p")
			}
			return p.run(ctx, args)
		},
	}
	cmd.Flags().StringVarP(&p.out, "output", "o", "", "write the pack to `FILE`")
	cmd.Flags().StringVarP(&p.list, "list", "l", "", "list what the pack `FILE` holds")
	cmd.Flags().StringSliceVar(&p.platforms, "platform", nil, "build executables of plugins in folders for `OS/ARCH` too, several separated by commas")
	cmd.Flags().StringVar(&p.sign, "sign", "", "sign it with minisign's secret key in `FILE`; T2HOST_KEY_PASSWORD has its password")
	folderFlag(cmd, o)
	return cmd
}

// run packs the plugins that the words name, and those that they require and that do not come with t2host.
func (p *packing) run(ctx context.Context, words []string) error {
	found, err := p.search()
	if err != nil {
		return err
	}
	catalogue, sources := found.Catalogue, map[string]*pack.Source{}
	var asked []plugin.Request
	for _, word := range words {
		s := &pack.Source{}
		if _, statErr := os.Stat(word); statErr == nil {
			if s, err = p.source(ctx, word); err != nil {
				return err
			}
			catalogue = append(plugin.Without(catalogue, s.Name), s.Artefact)
		} else if s.Artefact, err = plugin.Named(catalogue, word); err != nil {
			return usagef("pack: %v, nor is it a folder or a file", err)
		}
		sources[plugin.Key(s.Name)] = s
		asked = append(asked, plugin.Request{Name: s.Name})
	}
	_, loaded, err := pickAndResolve(catalogue, asked)
	if err != nil {
		return usagef("pack: %v", err)
	}
	var list []pack.Source
	for _, l := range loaded {
		switch s := sources[plugin.Key(l.Name)]; {
		case l.BuiltIn && s != nil:
			return usagef("pack: plugin %s comes with t2host", l.Name)
		case l.BuiltIn:
		case s != nil:
			list = append(list, *s)
		default:
			list = append(list, pack.Source{Artefact: l.Artefact})
		}
	}
	f, err := aside.New(filepath.Dir(p.out), 0o755)
	if err != nil {
		return fmt.Errorf("pack %s: %w", p.out, cause.Of(err))
	}
	defer f.Close()
	if err := p.write(f.Path("pack"), list); err != nil {
		return fmt.Errorf("pack %s: %w", p.out, err)
	}
	if err := f.Replace(p.out, "pack"); err != nil {
		return fmt.Errorf("pack %s: %w", p.out, cause.Of(err))
	}
	if p.sign != "" {
		if err := pack.Sign(p.out, p.sign, os.Getenv("T2HOST_KEY_PASSWORD")); err != nil {
			return fmt.Errorf("pack %s: %w", p.out, err)
		}
		fmt.Fprintf(p.stdout, "%s is signed: %s\n", p.out, p.out+pack.SignatureEnding)
	}
	for _, s := range list {
		fmt.Fprintf(p.stdout, "%s %s is in %s, %s\n", s.Name, s.Version, p.out, s.Forms())
	}
	fmt.Fprintf(p.stdout, "next: t2host install %s\n", p.out)
	return nil
}

// source builds the plugin in a folder, for other platforms too, or describes the module or executable at that path.
func (p *packing) source(ctx context.Context, path string) (*pack.Source, error) {
	a, err := p.artefact(ctx, path, "")
	if err != nil {
		return nil, err
	}
	dir := path
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir = filepath.Dir(path)
		if len(p.platforms) > 0 {
			return nil, usagef("pack %s: --platform is for plugins in folders", path)
		}
	}
	s := &pack.Source{Artefact: a, Executables: map[string]string{}}
	for _, pattern := range []string{"README*", "LICEN[CS]E*", "COPYING*"} {
		texts, _ := filepath.Glob(filepath.Join(dir, pattern))
		s.Texts = append(s.Texts, texts...)
	}
	for _, platform := range p.platforms {
		if platform == here {
			continue
		}
		built := p.screen.busy("building for " + platform)
		s.Executables[platform], err = build.Executable(ctx, dir, platform, p.stderr)
		if built(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// write writes the pack to a file.
func (p *packing) write(path string, list []pack.Source) error {
	f, err := os.Create(path)
	if err != nil {
		return cause.Of(err)
	}
	return errors.Join(pack.Write(f, here, list), f.Close())
}

// show lists a pack.
func (p *packing) show(path string) error {
	dir, err := os.MkdirTemp("", "t2host-pack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	k, err := readPack(path, dir, "")
	if err != nil {
		return err
	}
	for _, a := range k.Plugins {
		fmt.Fprintf(p.stdout, "%s %s, %s: %s\n", a.Name, a.Version, a.Forms(), a.Doc)
		for _, r := range a.Requires {
			fmt.Fprintf(p.stdout, "  requires %s %s\n", r.Name, r.Versions)
		}
		if len(a.Needs) > 0 {
			fmt.Fprintf(p.stdout, "  needs %s\n", strings.Join(a.Needs, ", "))
		}
	}
	for _, line := range k.Files {
		fmt.Fprintln(p.stdout, line)
	}
	return nil
}

// readPack reads a pack into a folder. With a key its signature, which is beside it, must be one by the key.
func readPack(path, dir, key string) (*pack.Pack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("%s: %v", path, cause.Of(err))
	}
	defer f.Close()
	if key != "" {
		signature, err := os.ReadFile(path + pack.SignatureEnding)
		if err != nil {
			return nil, fmt.Errorf("pack %s: signature %s: %w", path, path+pack.SignatureEnding, cause.Of(err))
		}
		if err := pack.Verify(f, signature, key); err != nil {
			return nil, fmt.Errorf("pack %s: %w", path, err)
		}
		if _, err := f.Seek(0, 0); err != nil {
			return nil, err
		}
	}
	k, err := pack.Read(f, here, dir)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", path, err)
	}
	return k, nil
}

// isPack reports whether a word names a pack.
func isPack(word string) bool { return strings.HasSuffix(word, pack.Ending) }
