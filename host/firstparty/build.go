package firstparty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/aside"
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
	if err := c.private(dir); err != nil { // before anything is made there
		return nil, err
	}
	folder, err := aside.New(dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, cause.Of(err))
	}
	defer folder.Close()
	if err := c.private(dir); err != nil {
		return nil, err
	}
	source, err := c.sources()
	if err != nil {
		return nil, err
	}
	if err := folder.Write(source); err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, cause.Of(err))
	}
	out := folder.Path("plugins.wasm")
	var printed bytes.Buffer
	err = gobuild.Run(ctx, gobuild.Job{Dir: folder.Path(""), Command: command, Out: out, Module: true, Alone: true, Output: &printed})
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
	if err := folder.Replace(m.Path, "plugins.wasm"); err != nil {
		return nil, fmt.Errorf("module %s: %w", m.Path, cause.Of(err))
	}
	for _, path := range old {
		if good, err := read(path); good == nil && err == nil {
			_ = os.Remove(path) // if that fails it is ignored again
		}
	}
	return m, nil
}
