package launch

import (
	"context"
	"errors"
	"fmt"

	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/gobuild"
	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/host/worker"
)

// waysOut ends the message that there is no module of the first-party plugins.
const waysOut = "build t2host with make build, which puts the module in, or choose --runtime process, which isolates less: a process, not a sandbox"

// ownModule returns the module of the first-party plugins: that of this program, else one
// that was built from its source, now or before.
func (k *carrier) ownModule() (*firstparty.Module, error) {
	if code, _, ok := wasm.BuiltIn(); ok {
		return &firstparty.Module{Code: code}, nil
	}
	const absent = "this t2host was built without the module of its own plugins"
	if k.config.OwnModule.Source == nil {
		return nil, errors.New(absent + ": " + waysOut)
	}
	m, err := k.config.OwnModule.Find()
	if err == nil && m == nil {
		err = gobuild.Find()
	}
	if err == nil && m == nil {
		k.Note("building the module of its own plugins for the sandbox, once: takes about 20 s")
		ctx, done := k.context()
		defer done()
		m, err = k.config.OwnModule.Build(ctx)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, errors.New("interrupted while the module of t2host's own plugins was built")
	case errors.Is(err, gobuild.ErrNoGo):
		return nil, fmt.Errorf("%s, and Go, which would build it now, is not installed: install it (https://go.dev/dl), %s", absent, waysOut)
	case err != nil:
		return nil, fmt.Errorf("%s, and cannot build it now: %w; or %s", absent, err, waysOut)
	}
	return m, nil
}

// context returns a context that ends when Stop is closed.
func (k *carrier) context() (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-k.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// firstParty connects to a plugin in the module of the first-party plugins.
func (k *carrier) firstParty(name string, r plugin.Runtime, memory uint64, log func(string)) (remote.Peer, error) {
	m, err := k.own()
	switch {
	case err != nil:
		return nil, err
	case r != plugin.Worker:
		return k.sandbox(worker.OwnModule, m.Code, memory, log)
	case m.Path == "":
		return k.worker(name, nil, worker.Job{CacheDir: k.engine().Worker(worker.OwnModule, m.Code), MaxMemory: memory}, log)
	}
	f, err := openModule(m.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return k.apart(worker.OwnModule, f, m.Code, checksum.Of(m.Code), memory, log)
}
