package firstparty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/gobuild"
)

const command = "./plugins/all/cmd/all"

// Build builds the module and keeps it. Another t2host may do the same at the same time.
func (c Config) Build(ctx context.Context) (*Module, error) {
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, cause.Of(err))
	}
	if err := c.private(dir); err != nil {
		return nil, err
	}
	aside, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, cause.Of(err))
	}
	defer os.RemoveAll(aside)
	if err := c.write(aside); err != nil {
		return nil, err
	}
	out := filepath.Join(aside, "plugins.wasm")
	var printed bytes.Buffer
	err = gobuild.Run(ctx, gobuild.Job{Dir: aside, Command: command, Out: out, Module: true, Alone: true, Output: &printed})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, gobuild.ErrNoGo):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("it does not compile: %w: %s", err, strings.Join(strings.Fields(printed.String()), " "))
	}
	code, err := os.ReadFile(out)
	if err != nil {
		return nil, fmt.Errorf("module %s: %w", out, cause.Of(err))
	}
	old, _ := filepath.Glob(filepath.Join(dir, "*"+extension)) // the pattern is well-formed
	m := &Module{filepath.Join(dir, nameOf(code)), code}
	if err := os.Chmod(out, 0o600); err != nil {
		return nil, fmt.Errorf("module %s: %w", out, cause.Of(err))
	}
	if err := os.Rename(out, m.Path); err != nil {
		return nil, fmt.Errorf("module %s: %w", m.Path, cause.Of(err))
	}
	for _, path := range old {
		if good, err := read(path); good == nil && err == nil {
			_ = os.Remove(path) // if that fails it is ignored again
		}
	}
	return m, nil
}
