package build

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/gobuild"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
)

// make writes module, executable and plugin.json into the folder to, and returns the plugin
// that they hold.
func (c Config) make(ctx context.Context, dir, command, to string) (*plugin.Artefact, error) {
	runtimes := c.Runtimes
	if len(runtimes) == 0 {
		runtimes = []plugin.Runtime{plugin.Wasm, plugin.Process}
	}
	var paths []string
	for _, r := range runtimes {
		var said bytes.Buffer
		j := gobuild.Job{Dir: dir, Command: command, Out: filepath.Join(to, "plugin"), Module: r == plugin.Wasm, Output: &said}
		if j.Module {
			j.Out += ".wasm"
		}
		err := compile(ctx, j)
		if err != nil && j.Module && len(c.Runtimes) == 0 && c.onlyProcess(ctx, dir, command) {
			continue
		}
		if _, writeErr := c.Output.Write(said.Bytes()); err != nil || writeErr != nil {
			return nil, cmp.Or(err, writeErr)
		}
		paths = append(paths, j.Out)
	}
	a, err := c.describe(paths)
	if err != nil {
		// The folder is gone when this is read.
		return nil, fmt.Errorf("build %s: %s", dir, strings.ReplaceAll(err.Error(), to+string(filepath.Separator), ""))
	}
	if err := plugin.CheckDeclaration(a.Plugin); err != nil {
		return nil, fmt.Errorf("build %s: %w", dir, err)
	}
	name := plugin.Key(a.Name)
	if err := rename(&a.Module, name+".wasm"); err != nil {
		return nil, err
	}
	if err := rename(&a.Executable, name); err != nil {
		return nil, err
	}
	return a, plugin.WriteFile(to, a)
}

// onlyProcess reports whether the plugin calls C, so that it has no module, and says so.
func (c Config) onlyProcess(ctx context.Context, dir, command string) bool {
	name, err := gobuild.Cgo(ctx, dir, command)
	if err != nil || name == "" {
		return false
	}
	_, err = fmt.Fprintf(c.Output, "t2host: build %s: package %s calls C (cgo): the plugin runs in processes only\n", dir, name)
	return err == nil
}

// compile runs the compiler. What is wrong with the source is in j.Output.
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

// describe returns the one plugin that all files hold, with the checksums of the files that
// were asked. It is an error if their declarations differ.
func (c Config) describe(paths []string) (*plugin.Artefact, error) {
	var found *plugin.Artefact
	for _, path := range paths {
		list, err := c.Describe(path)
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

// rename renames a file in its folder. A part that the plugin does not have stays as it is.
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

// onlyMine takes the permission to write a file from others, whatever the umask: t2host
// does not run what they can change.
func onlyMine(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()&^0o022)
	}
	return err
}

// Executable builds the executable of the plugin whose source is in dir for a platform, GOOS/GOARCH, and returns its path in dir/build.
// It is not asked what it declares: it may not run here.
func Executable(ctx context.Context, dir, platform string, output io.Writer) (string, error) {
	system, processor, ok := strings.Cut(platform, "/")
	if !ok || system == "" || processor == "" {
		return "", refused("platform %q: it has the form OS/ARCH, such as linux/arm64", platform)
	}
	command, err := commandOf(dir)
	if err != nil {
		return "", err
	}
	j := gobuild.Job{Dir: dir, Command: command, Out: filepath.Join(dir, folder, system+"-"+processor), OS: system, Arch: processor, Output: output}
	if err := compile(ctx, j); err != nil {
		return "", err
	}
	return j.Out, onlyMine(j.Out)
}
