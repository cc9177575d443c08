// Package wasm compiles WebAssembly modules with wazero and returns peers: the
// plugins that they hold, each in a sandbox of its own. What it requires of a
// module, and provides to it, is in sdk/wire/ABI.md.
package wasm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/t2host/t2host/host/plugin/remote"
)

// MaxModule bounds a module in bytes.
const MaxModule = 64 << 20

// Config is what the sandboxes of an engine have in common.
type Config struct {
	CacheDir  string            // of compiled modules; empty: none
	WorkerDir string            // for a cache folder of each worker; empty: none
	Seed      uint64            // of the random bytes
	Note      func(line string) // tells the user what is going on
	Warn      func(line string) // warns the user
}

// Engine compiles modules. It may be used by several goroutines.
type Engine struct {
	Config
	mu      sync.Mutex
	modules map[[sha256.Size]byte]*entry
	refused map[string]bool // folders that the user was warned about
}

// entry is a module that was asked for.
type entry struct {
	sum               [sha256.Size]byte
	announce, compile sync.Once
	told              sync.Once // the user was told that a worker compiles it

	compiled *compiled // nil if not compiled; then err may have the reason
	err      error
}

// New returns an engine. It opens nothing.
func New(c Config) *Engine {
	return &Engine{Config: c, modules: map[[sha256.Size]byte]*entry{}, refused: map[string]bool{}}
}

// Close frees all that the engine's modules and instances hold.
func (e *Engine) Close() error {
	var errs []error
	for _, m := range e.modules {
		if m.compiled != nil {
			errs = append(errs, m.compiled.close())
		}
	}
	return errors.Join(errs...)
}

// Module is a compiled module.
type Module struct {
	engine *Engine
	*compiled
}

// Module checks and compiles a module, the same bytes only once. A cache that cannot be used
// is a warning.
func (e *Engine) Module(ctx context.Context, name string, code []byte) (*Module, error) {
	if len(code) > MaxModule {
		return nil, fmt.Errorf("module of %d bytes: at most %d MiB are allowed", len(code), MaxModule>>20)
	}
	if err := executable(); err != nil {
		return nil, err
	}
	m := e.entry(code)
	cache := e.usable(cacheOf(e.CacheDir, m.sum), name)
	m.announce.Do(func() { e.announce(cache, name, code) })
	m.compile.Do(func() { m.compiled, m.err = e.compile(ctx, cache, name, code) })
	if m.err != nil {
		return nil, fmt.Errorf("module %w", m.err)
	}
	return &Module{e, m.compiled}, nil
}

// Connect makes an instance of a module, which it compiles as Module does; see Module.Connect.
func (e *Engine) Connect(ctx context.Context, name string, code []byte, memory uint64, log func(line string)) (remote.Peer, error) {
	m, err := e.Module(ctx, name, code)
	if err != nil {
		return nil, err
	}
	return m.Connect(memory, log)
}

func (e *Engine) entry(code []byte) *entry {
	key := sha256.Sum256(code)
	e.mu.Lock()
	defer e.mu.Unlock()
	m, ok := e.modules[key]
	if !ok {
		m = &entry{sum: key}
		e.modules[key] = m
	}
	return m
}

// quick is the size up to which compiling is too fast to tell the user.
const quick = 1 << 18

// Worker returns the cache folder for a worker that compiles the module, or "" for none.
// The folder belongs to this worker alone: the engine creates it and removes old ones beside
// it, but never loads its content, which a module that broke out of its sandbox may have
// written. If compiling will be slow, Worker tells the user so, once.
func (e *Engine) Worker(name string, code []byte) string {
	m := e.entry(code)
	folder := e.usable(cacheOf(e.WorkerDir, m.sum), name)
	m.told.Do(func() { e.announce(cacheOf(string(folder), m.sum), name, code) })
	if folder != "" && os.MkdirAll(string(folder), 0o700) == nil { // else the worker reports the error
		folder.tidy()
	}
	return string(folder)
}

func (e *Engine) announce(cache cache, name string, code []byte) {
	if len(code) > quick && !cache.has() {
		e.Note("compiling " + filepath.Base(name) + " for the sandbox" + cache.once() + ": takes about a second")
	}
}

// usable returns the cache, or none, with a warning, if others can write it: what they put
// there would run here.
func (e *Engine) usable(c cache, name string) cache {
	err := c.judge()
	if err == nil {
		return c
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.refused[err.Path] {
		e.refused[err.Path] = true
		e.Warn("cache of compiled plugins: " + err.Error() + " (XDG_CACHE_HOME moves it): " + filepath.Base(name) + " is compiled without it")
	}
	return ""
}

func (e *Engine) compile(ctx context.Context, cache cache, name string, code []byte) (*compiled, error) {
	s, err := readShape(code)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return nil, err
	}
	var broken error
	if cache != "" {
		c, err := compile(ctx, s, cache)
		if err == nil {
			cache.tidy()
			return c, nil
		}
		broken = err
	}
	c, err := compile(ctx, s, "")
	if err != nil {
		return nil, fmt.Errorf("does not compile: %s", firstLine(err))
	}
	if broken != nil {
		cache.remove()
		e.Warn("cache of compiled plugins: " + firstLine(broken) + ": " + filepath.Base(name) + " is compiled anew")
	}
	return c, nil
}
