// Package wasm takes WebAssembly modules and gives peers: the plugins they hold,
// each in a sandbox of its own, compiled by wazero. sdk/wire/ABI.md is what it
// expects of a module and gives to it.
package wasm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// MaxModule bounds a module in bytes.
const MaxModule = 64 << 20

// Config is what the sandboxes of an engine have in common.
type Config struct {
	CacheDir  string            // of compiled modules; empty: none
	MaxMemory uint64            // of a plugin, in bytes
	Seed      uint64            // of the random bytes
	Note      func(line string) // tells the user what goes on
	Warn      func(line string) // tells the user what goes wrong
}

// Engine compiles modules. It may be used by several goroutines.
type Engine struct {
	Config
	mu      sync.Mutex
	modules map[[sha256.Size]byte]*entry
}

// entry is a module that was asked for.
type entry struct {
	cache             cache
	announce, compile sync.Once

	compiled *compiled // nil: not compiled, or err says why it cannot be
	err      error
}

// New makes an engine. Nothing is opened yet.
func New(c Config) *Engine {
	return &Engine{Config: c, modules: map[[sha256.Size]byte]*entry{}}
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

// Module checks a module and compiles it, the same bytes once. A cache that
// cannot be used is a warning.
func (e *Engine) Module(ctx context.Context, name string, code []byte) (*Module, error) {
	if len(code) > MaxModule {
		return nil, fmt.Errorf("module of %d bytes: at most %d MiB are allowed", len(code), MaxModule>>20)
	}
	m := e.entry(code)
	e.announce(m, name, code)
	m.compile.Do(func() { m.compiled, m.err = e.compile(ctx, m.cache, name, code) })
	if m.err != nil {
		return nil, fmt.Errorf("module %w", m.err)
	}
	return &Module{e, m.compiled}, nil
}

func (e *Engine) entry(code []byte) *entry {
	key := sha256.Sum256(code)
	e.mu.Lock()
	defer e.mu.Unlock()
	m, ok := e.modules[key]
	if !ok {
		m = &entry{cache: cacheOf(e.CacheDir, key)}
		e.modules[key] = m
	}
	return m
}

// quick is the size up to which a module is compiled before anyone waits for it.
const quick = 1 << 18

// Announce tells the user, once, that a module has to be compiled, if that takes a
// while. Module does so itself; it is for modules that another process compiles.
func (e *Engine) Announce(name string, code []byte) { e.announce(e.entry(code), name, code) }

func (e *Engine) announce(m *entry, name string, code []byte) {
	m.announce.Do(func() {
		if len(code) > quick && !m.cache.has() {
			e.Note("compiling " + filepath.Base(name) + " for the sandbox" + m.cache.once() + ": takes about a second")
		}
	})
}

func (e *Engine) compile(ctx context.Context, cache cache, name string, code []byte) (*compiled, error) {
	s, err := readShape(code)
	if err == nil {
		err = s.check(e.MaxMemory)
	}
	if err != nil {
		return nil, err
	}
	var broken error
	if cache != "" {
		c, err := compile(ctx, s.plain, cache)
		if err == nil {
			cache.tidy()
			return c, nil
		}
		broken = err
	}
	c, err := compile(ctx, s.plain, "")
	if err != nil {
		return nil, fmt.Errorf("does not compile: %s", firstLine(err))
	}
	if broken != nil {
		cache.remove()
		e.Warn("cache of compiled plugins: " + firstLine(broken) + ": " + filepath.Base(name) + " is compiled anew")
	}
	return c, nil
}
