// Package build makes an artefact of a plugin's source: its module, its executable, and the
// plugin.json that describes them.
package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
)

// Config is how plugins are built.
type Config struct {
	Runtimes []plugin.Runtime                              // those to build for: Wasm, Process; nil: both
	Describe func(path string) ([]*plugin.Artefact, error) // asks a file which plugins it holds
	Output   io.Writer                                     // receives what the compiler prints
}

// folder is the one in the source's folder that Run writes.
const folder = "build"

// Run builds the plugin whose source is in dir and returns it. It is in dir/build/NAME, in the
// place of one that was built before, which stays as it is if Run fails. The error is a
// host.UsageError if dir is not the source of a plugin.
func (c Config) Run(ctx context.Context, dir string) (*plugin.Artefact, error) {
	command, err := commandOf(dir)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(dir, folder)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, fmt.Errorf("build folder %s: %w: t2host build must be able to make it", out, cause.Of(err))
	}
	defer os.Remove(out) // if it is empty
	f, err := aside.New(out, 0o755)
	if err != nil {
		return nil, fmt.Errorf("build folder %s: %w: t2host build must be able to write there", out, cause.Of(err))
	}
	defer f.Close()
	a, err := c.make(ctx, dir, command, f.Path(""))
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil { // Describe does not look
		return nil, ctx.Err()
	}
	place := filepath.Join(out, plugin.Key(a.Name))
	if err := f.Replace(place, ""); err != nil {
		return nil, fmt.Errorf("build folder: %w", err)
	}
	return plugin.ReadFile(place)
}

// Artefact returns the plugin at path: the one of the plugin.json in a folder, the one that it
// builds of a folder's source, or the one in a module or executable. The error is a
// host.UsageError if path is none of these.
func (c Config) Artefact(ctx context.Context, path string) (*plugin.Artefact, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, refused("%s: no such folder or file", path)
	}
	if !info.IsDir() {
		return c.file(path)
	}
	if _, err := os.Stat(filepath.Join(path, plugin.FileName)); err == nil {
		return plugin.ReadFile(path)
	}
	return c.Run(ctx, path)
}

// file returns the plugin in a module or executable.
func (c Config) file(path string) (*plugin.Artefact, error) {
	if err := plugin.CheckPath(path); err != nil {
		return nil, &host.UsageError{Err: err}
	}
	list, err := c.Describe(path)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, refused("%s holds %d plugins: install a file that holds one", path, len(list))
	}
	return list[0], nil
}

func refused(format string, args ...any) error {
	return &host.UsageError{Err: fmt.Errorf(format, args...)}
}
