package wasm

import (
	"errors"
	"testing"

	"github.com/t2host/t2host/host/plugin/remote"
)

// TestLimitOfAnInstance: instances of one module, which is compiled once, have limits of their
// own.
func TestLimitOfAnInstance(t *testing.T) {
	e := newEngine(t, "")
	code := read(t, "hostile/good")
	m, err := e.Module(t.Context(), "good", code)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []uint64{m.memory, 64 << 20, 3584 << 20} {
		p, err := e.Connect(t.Context(), "good", code, limit, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.(*instance).memory.limit; got != limit {
			t.Errorf("limit %d, want %d", got, limit)
		}
		if _, err := p.Describe(); err != nil {
			t.Error(err)
		}
		p.Release(false)
	}
	if again, err := e.Module(t.Context(), "good", code); err != nil || again.compiled != m.compiled {
		t.Errorf("compiled again, %v", err)
	}
	var beyond *remote.LimitError
	if _, err := m.Connect(m.memory-1, nil); !errors.As(err, &beyond) {
		t.Errorf("a module that begins with more than its limit: %v", err)
	}
}
