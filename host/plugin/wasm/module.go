package wasm

import (
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/t2host/t2host/host/plugin/remote"
)

// function is an imported or exported function: its types are one letter each,
// i for i32, I for i64.
type function struct{ params, results string }

func (f function) String() string {
	result := ""
	for _, r := range f.results {
		result = " -> " + typeName(r)
	}
	params := ""
	for i, p := range f.params {
		if i > 0 {
			params += " "
		}
		params += typeName(p)
	}
	return "(" + params + ")" + result
}

func typeName(letter rune) string {
	switch letter {
	case 'i':
		return "i32"
	case 'I':
		return "i64"
	}
	return "another type"
}

// exports are the required exports, in the order checked.
var exports = []struct {
	name string
	function
}{
	{"t2host_abi", function{"", "i"}},
	{"t2host_in", function{"i", "i"}},
	{"t2host_describe", function{"", "I"}},
	{"t2host_open", function{"i", "I"}},
	{"t2host_batch", function{"i", "I"}},
	{"t2host_close", function{"", "I"}},
}

// check refuses a module that is not a plugin, or imports something the host does not provide.
func (s *shape) check() error {
	for _, i := range s.imports {
		name := i.module + "." + i.name
		want, ok := given[name]
		switch {
		case !ok || i.kind != api.ExternTypeFunc:
			return fmt.Errorf("imports %s, which the host does not provide: it has t2host.log, t2host.piece and the WASI functions of ABI.md", remote.Printable(name))
		case i.function != want.function:
			return fmt.Errorf("imports %s as %s, but it is %s", name, i.function, want.function)
		}
	}
	for _, want := range exports {
		f, ok := s.exports[want.name]
		switch {
		case !ok || f.kind != api.ExternTypeFunc:
			return fmt.Errorf("does not export %s: not a t2host plugin", want.name)
		case f.function != want.function:
			return fmt.Errorf("exports %s as %s, but it must be %s", want.name, f.function, want.function)
		}
	}
	if f, ok := s.exports["_initialize"]; ok && (f.kind != api.ExternTypeFunc || f.function != function{}) {
		return errors.New("exports an _initialize that is not a function without parameters and results")
	}
	if s.exports["memory"].kind != api.ExternTypeMemory {
		return errors.New("does not export its memory as memory")
	}
	return nil
}

func tooMuch(wanted, limit uint64) error {
	return &remote.LimitError{Text: fmt.Sprintf("wants %d MiB of memory, more than its %d: raise runtime.max_memory", (wanted+1<<20-1)>>20, limit>>20)}
}
