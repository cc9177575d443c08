package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/carry"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
)

// buildCommand builds a plugin's folder.
func buildCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "build [DIR]",
		Short: "build the plugin in a folder, as module and as executable, with its plugin.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("build takes one folder")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			tell := func(line string) { fmt.Fprintln(o.stderr, "t2host:", line) }
			k := carry.New(carry.Config{CacheDir: cacheDir(), MaxMemory: 64 << 20, Note: tell, Warn: tell})
			err := build(dir, k.Describe, o.stdout, o.stderr)
			return errors.Join(err, k.Close())
		},
	}
}

// build makes DIR/build/NAME: module, executable and plugin.json. It makes them
// aside and puts the folder in its place at the end.
func build(dir string, describe func(path string) ([]*plugin.Artefact, error), stdout, stderr io.Writer) error {
	command, err := mainPackage(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "build"), 0o755); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	aside, err := os.MkdirTemp(filepath.Join(dir, "build"), ".new-")
	if err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	defer os.RemoveAll(aside) // nothing is there once it was renamed
	if err := os.Chmod(aside, 0o755); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	module, executable := filepath.Join(aside, "module"), filepath.Join(aside, "executable")
	if err := compile(dir, command, module, stderr, []string{"GOOS=wasip1", "GOARCH=wasm"}, "-buildmode=c-shared"); err != nil {
		return err
	}
	if err := compile(dir, command, executable, stderr, nil); err != nil {
		return err
	}
	a, err := same(module, executable, describe)
	if err != nil {
		return err
	}
	name := plugin.Key(a.Name)
	if err := rename(&a.Module, name+".wasm"); err != nil {
		return err
	}
	if err := rename(&a.Executable, name); err != nil {
		return err
	}
	if err := plugin.WriteFile(aside, a); err != nil {
		return err
	}
	place := filepath.Join(dir, "build", name)
	if err := os.RemoveAll(place); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	if err := os.Rename(aside, place); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	fmt.Fprintf(stdout, "%s %s is in %s\n", a.Name, a.Version, place)
	for _, file := range []string{name + ".wasm", name, plugin.FileName} {
		if info, err := os.Stat(filepath.Join(place, file)); err == nil {
			fmt.Fprintf(stdout, "  %-20s %9d bytes\n", file, info.Size())
		}
	}
	fmt.Fprintf(stdout, "next: t2host -P %s -r FILE -p %s\n", filepath.Join(dir, "build"), a.Name)
	return nil
}

// mainPackage finds the plugin's command: DIR/cmd/NAME, or DIR itself.
func mainPackage(dir string) (string, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", usagef("build %s: no such folder", dir)
	}
	found, err := filepath.Glob(filepath.Join(dir, "cmd", "*", "main.go"))
	if err != nil {
		return "", fmt.Errorf("build %s: %w", dir, err)
	}
	if len(found) == 1 {
		return "./cmd/" + filepath.Base(filepath.Dir(found[0])), nil
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err == nil && len(found) == 0 {
		return ".", nil
	}
	return "", usagef("build %s: there is no command, or more than one: a plugin has cmd/NAME/main.go, which calls sdk/serve", dir)
}

// compile shows what the compiler says, whole.
func compile(dir, command, out string, stderr io.Writer, env []string, flags ...string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return fmt.Errorf("build %s: %w", dir, err)
	}
	args := append([]string{"build"}, flags...)
	cmd := exec.Command("go", append(args, "-trimpath", "-ldflags=-s -w", "-o", out, command)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = stderr, stderr
	err = cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("build %s: Go is not installed: https://go.dev/dl", dir)
	case err != nil:
		return fmt.Errorf("build %s: go %s: %w", dir, strings.Join(cmd.Args[1:], " "), err)
	}
	return nil
}

// same asks both forms what they are; they must say the same. The artefact holds
// both, with the checksums of what was asked.
func same(module, executable string, describe func(string) ([]*plugin.Artefact, error)) (*plugin.Artefact, error) {
	var found [2]*plugin.Artefact
	for i, path := range []string{module, executable} {
		list, err := describe(path)
		if err != nil {
			return nil, err
		}
		if len(list) != 1 {
			return nil, fmt.Errorf("the command holds %d plugins: one folder builds one", len(list))
		}
		found[i] = list[0]
	}
	if !manifest.Same(found[0].Plugin, found[1].Plugin) {
		return nil, fmt.Errorf("plugin %s declares something else as a module than as a process: a declaration must not depend on where it runs", found[0].Name)
	}
	found[0].Executable = found[1].Executable
	return found[0], nil
}

// rename gives a file its name, in its folder.
func rename(f *plugin.File, name string) error {
	to := filepath.Join(filepath.Dir(f.Path), name)
	if err := os.Rename(f.Path, to); err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	f.Path = to
	return nil
}
