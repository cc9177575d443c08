// Package wasm takes WebAssembly modules and gives peers: the plugins they hold,
// each in a sandbox of its own, compiled by wazero. sdk/wire/ABI.md is what it
// expects of a module and gives to it.
package wasm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
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
	runtime wazero.Runtime
	cache   wazero.CompilationCache // nil: none on disk
	broken  error                   // why there is no runtime

	mu       sync.Mutex
	compiled map[[sha256.Size]byte]*compilation
}

// compilation is a module's compiled form, or the reason why there is none.
type compilation struct {
	once sync.Once
	code wazero.CompiledModule
	err  error
}

// New makes an engine. A cache that cannot be used is a note, no error.
func New(c Config) *Engine {
	e := &Engine{Config: c, compiled: map[[sha256.Size]byte]*compilation{}}
	// One runtime is enough: the limit of memory is each instance's own.
	config := wazero.NewRuntimeConfigCompiler()
	if c.CacheDir != "" {
		cache, err := openCache(c.CacheDir)
		if err == nil {
			e.cache = cache
			config = config.WithCompilationCache(cache)
		} else {
			c.Warn("cache of compiled plugins: " + err.Error() + ": they are compiled anew in each run")
		}
	}
	ctx := context.Background()
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	e.broken = instantiateHost(ctx, e.runtime)
	return e
}

// openCache makes the folder if need be, and tries whether it can be written.
func openCache(dir string) (wazero.CompilationCache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	try, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return nil, err
	}
	try.Close()
	if err := os.Remove(try.Name()); err != nil {
		return nil, err
	}
	return wazero.NewCompilationCacheWithDir(dir)
}

// Close frees all that the engine's modules and instances hold.
func (e *Engine) Close() error {
	ctx := context.Background()
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(ctx))
	}
	return err
}

// Module is a compiled module.
type Module struct {
	engine *Engine
	name   string
	code   wazero.CompiledModule
}

// Module checks a module and compiles it, the same bytes once.
func (e *Engine) Module(ctx context.Context, name string, code []byte) (*Module, error) {
	if e.broken != nil {
		return nil, e.broken
	}
	if len(code) > MaxModule {
		return nil, fmt.Errorf("module of %d bytes: at most %d MiB are allowed", len(code), MaxModule>>20)
	}
	if err := checkImports(code); err != nil {
		return nil, fmt.Errorf("module %w", err)
	}
	key := sha256.Sum256(code)
	e.mu.Lock()
	c, ok := e.compiled[key]
	if !ok {
		c = &compilation{}
		e.compiled[key] = c
	}
	e.mu.Unlock()
	c.once.Do(func() { c.code, c.err = e.compile(ctx, name, code) })
	if c.err != nil {
		return nil, c.err
	}
	return &Module{engine: e, name: name, code: c.code}, nil
}

// patience is how long compiling may take before the user is told.
const patience = 300 * time.Millisecond

func (e *Engine) compile(ctx context.Context, name string, code []byte) (wazero.CompiledModule, error) {
	note := time.AfterFunc(patience, func() {
		once := ""
		if e.cache != nil {
			once = ", once"
		}
		e.Note("compiling " + filepath.Base(name) + " for the sandbox" + once + ": takes about a second")
	})
	defer note.Stop()
	compiled, err := e.runtime.CompileModule(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("module does not compile: %s", firstLine(err))
	}
	if err := e.checkExports(compiled); err != nil {
		return nil, fmt.Errorf("module %w", err)
	}
	return compiled, nil
}

func (e *Engine) checkExports(m wazero.CompiledModule) error {
	functions := m.ExportedFunctions()
	for name, want := range exports {
		f, ok := functions[name]
		if !ok {
			return fmt.Errorf("does not export %s: it is no t2host plugin", name)
		}
		if is := (function{letters(f.ParamTypes()), letters(f.ResultTypes())}); is != want {
			return fmt.Errorf("exports %s as %s, but it must be %s", name, is, want)
		}
	}
	if f, ok := functions["_initialize"]; ok && len(f.ParamTypes())+len(f.ResultTypes()) > 0 {
		return errors.New("exports _initialize with parameters or results")
	}
	memory, ok := m.ExportedMemories()["memory"]
	if !ok {
		return errors.New("does not export its memory as memory")
	}
	if min := uint64(memory.Min()) << 16; min > e.MaxMemory {
		return tooMuch(min, e.MaxMemory)
	}
	return nil
}

func letters(types []api.ValueType) string {
	r := reader{b: append([]byte{byte(len(types))}, types...)}
	return r.letters()
}

func tooMuch(wanted, limit uint64) error {
	return fmt.Errorf("wants %d MiB of memory, more than its %d: raise runtime.max_memory", (wanted+1<<20-1)>>20, limit>>20)
}
