package wasm

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// features are those of the core specification 2.0 except reference types, with which a table
// could grow beyond all bounds.
const features = api.CoreFeaturesV2 &^ api.CoreFeatureReferenceTypes

// compiled is a module that is ready to be instantiated, with a wazero runtime of its own,
// because a cache belongs to one runtime. The limit of memory belongs to each instance: wazero's own
// belongs to a runtime, and each limit would compile or load the module once more.
type compiled struct {
	runtime wazero.Runtime
	kept    wazero.CompilationCache // nil without a cache
	code    wazero.CompiledModule
	memory  uint64 // bytes with which an instance begins
	names   []byte // of functions
}

// compile compiles a module, or reads its compiled form from the cache.
func compile(ctx context.Context, s *shape, cache cache) (*compiled, error) {
	config := wazero.NewRuntimeConfigCompiler().WithCoreFeatures(features)
	c := &compiled{memory: s.memory, names: s.names}
	if cache != "" {
		var err error
		if c.kept, err = wazero.NewCompilationCacheWithDir(string(cache)); err != nil {
			return nil, err
		}
		config = config.WithCompilationCache(c.kept)
	}
	c.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	err := instantiateHost(ctx, c.runtime)
	if err == nil {
		c.code, err = c.runtime.CompileModule(ctx, s.plain)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *compiled) close() error {
	ctx := context.Background()
	err := c.runtime.Close(ctx)
	if c.kept != nil {
		err = errors.Join(err, c.kept.Close(ctx))
	}
	return err
}
