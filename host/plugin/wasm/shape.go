package wasm

import (
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"
)

// Bounds of a module. Modules made by a compiler stay far below; for a module that claims more
// than it holds, memory would be allocated before it is refused.
const (
	MaxEntries    = 100_000 // of a section
	MaxParameters = 1000    // and as many results, of a function
	MaxLocals     = 50_000  // of a function, as in browsers
	MaxAllLocals  = 4 << 20 // of all functions
	MaxElements   = 1 << 20 // of all tables, and of all their initial elements

	// Bytes of a function and of all functions: to compile one takes a hundred times as much
	// memory while it lasts, and what is compiled stays.
	MaxBody = 1 << 18
	MaxCode = 16 << 20
)

// shape is what a module declares before it is compiled.
type shape struct {
	imports []imported
	exports map[string]exported
	memory  uint64 // bytes at the start; 0 if it has none
	plain   []byte // the module without its custom sections, but for those of lines; it aliases the input if those that are left out come last

	names []byte // the content of the name section
	lines int    // bytes of the sections with lines

	types     []function
	functions []function // imported ones first
	locals    uint64
	elements  uint64
	long      bool // a function is longer than MaxBody
}

// imported is an entry of the import section.
type imported struct {
	module, name string
	kind         api.ExternType
	function
}

// exported is an entry of the export section.
type exported struct {
	kind api.ExternType
	function
}

var (
	errMalformed = errors.New("not a well-formed WebAssembly module")
	errLong      = fmt.Errorf("has a function of more than %d KiB: split it", MaxBody>>10)
	errCode      = fmt.Errorf("has more than %d MiB of code", MaxCode>>20)
)

// readShape reads a module's sections (WebAssembly core specification 2.0, 5.5) before
// anything else reads the module: no count is larger than its section.
func readShape(code []byte) (*shape, error) {
	const head = "\x00asm\x01\x00\x00\x00"
	if len(code) < len(head) || string(code[:len(head)]) != head {
		return nil, errors.New("not a WebAssembly module of version 1")
	}
	s := &shape{plain: code[:len(head):len(head)], exports: map[string]exported{}}
	r := reader{b: code[len(head):]}
	last := 0
	for len(r.b) > 0 {
		whole := r.b
		id := r.byte()
		section := reader{b: r.take(r.u32())}
		if r.bad {
			return nil, errMalformed
		}
		if id == sectionCustom {
			if s.keepNames(section); !s.keepsLines(section) {
				continue
			}
		} else {
			place := order(id)
			if place <= last {
				return nil, errMalformed
			}
			last = place
			if id == sectionCode && len(section.b) > MaxCode {
				return nil, errCode
			}
			s.section(id, &section)
			if s.long {
				return nil, errLong
			}
			if section.bad || len(section.b) > 0 {
				return nil, errMalformed
			}
		}
		if start, end := len(code)-len(whole), len(code)-len(r.b); start == len(s.plain) {
			s.plain = code[:end:end]
		} else { // a custom section was before it
			s.plain = append(s.plain, code[start:end]...)
		}
	}
	return s, nil
}

// order returns the place of a section, or 0 if there is no such section.
func order(id byte) int {
	switch {
	case id == sectionDataCount: // before the code
		return 2*sectionCode - 1
	case id > sectionDataCount:
		return 0
	}
	return int(id) * 2
}

func (s *shape) section(id byte, r *reader) {
	switch id {
	case sectionType:
		r.each(MaxEntries, func() { s.typeOf(r) })
	case sectionImport:
		r.each(MaxEntries, func() { s.imported(r) })
	case sectionFunction:
		r.each(MaxEntries, func() { s.functions = append(s.functions, s.typed(r)) })
	case sectionTable:
		r.each(MaxEntries, func() {
			r.valueType()
			s.elements += uint64(r.limits())
		})
		r.bound(s.elements, MaxElements)
	case sectionMemory:
		r.each(1, func() { s.memory = uint64(r.limits()) << 16 })
	case sectionGlobal:
		r.each(MaxEntries, func() {
			r.valueType()
			r.byte()
			r.constant()
		})
	case sectionExport:
		r.each(MaxEntries, func() { s.exported(r) })
	case sectionStart:
		r.u32()
	case sectionElement:
		r.each(MaxEntries, func() { s.element(r) })
	case sectionCode:
		r.each(MaxEntries, func() { s.body(r) })
	case sectionData:
		r.each(MaxEntries, func() { s.data(r) })
	case sectionDataCount:
		r.u32()
	}
}

func (s *shape) typeOf(r *reader) {
	if r.byte() != typeFunction {
		r.fail() // a type of a later version of the standard
	}
	var letters [2]string
	for i := range letters {
		var text []byte
		r.each(MaxParameters, func() { text = append(text, r.valueType()) })
		letters[i] = string(text)
	}
	s.types = append(s.types, function{letters[0], letters[1]})
}

// typed reads the index of a type and returns the function type.
func (s *shape) typed(r *reader) function {
	n := r.u32()
	if uint64(n) >= uint64(len(s.types)) {
		r.fail()
		return function{}
	}
	return s.types[n]
}

func (s *shape) imported(r *reader) {
	i := imported{module: r.name(), name: r.name(), kind: r.byte()}
	switch i.kind {
	case api.ExternTypeFunc:
		i.function = s.typed(r)
		s.functions = append(s.functions, i.function)
	case api.ExternTypeTable:
		r.valueType()
		r.limits()
	case api.ExternTypeMemory:
		r.limits()
	case api.ExternTypeGlobal:
		r.valueType()
		r.byte()
	default:
		r.fail()
	}
	s.imports = append(s.imports, i)
}

func (s *shape) exported(r *reader) {
	name := r.name()
	e := exported{kind: r.byte()}
	n := r.u32()
	if e.kind == api.ExternTypeFunc {
		if uint64(n) >= uint64(len(s.functions)) {
			r.fail()
			return
		}
		e.function = s.functions[n]
	}
	s.exports[name] = e
}

// element reads a segment of a table (5.5.12): bit 0 means that it is not put there at the
// start, bit 1 that it has an index, bit 2 that it has expressions.
func (s *shape) element(r *reader) {
	flags := r.u32()
	if flags > 7 {
		r.fail()
	}
	if flags&1 == 0 {
		if flags&2 != 0 {
			r.u32()
		}
		r.constant()
	}
	switch what := flags & 7; {
	case what&3 == 0: // functions
	case what&4 != 0:
		r.valueType()
	case r.byte() != 0:
		r.fail()
	}
	r.each(MaxElements, func() {
		s.elements++
		if flags&4 != 0 {
			r.constant()
		} else {
			r.u32()
		}
	})
	r.bound(s.elements, 2*MaxElements)
}

// body reads a function's locals; its instructions are left to the compiler.
func (s *shape) body(r *reader) {
	code := reader{b: r.take(r.u32())}
	if len(code.b) > MaxBody {
		s.long = true
		r.fail()
	}
	locals := uint64(0)
	code.each(MaxLocals, func() {
		locals += uint64(code.u32())
		code.valueType()
	})
	s.locals += locals
	r.bound(locals, MaxLocals)
	r.bound(s.locals, MaxAllLocals)
	if code.bad {
		r.fail()
	}
}

func (s *shape) data(r *reader) {
	switch r.u32() {
	case 0:
		r.constant()
	case 1:
	case 2:
		r.u32()
		r.constant()
	default:
		r.fail()
	}
	r.take(r.u32())
}

// Imports returns what a module imports, as MODULE.NAME, in the order of its import section.
func Imports(code []byte) ([]string, error) {
	s, err := readShape(code)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, i := range s.imports {
		list = append(list, i.module+"."+i.name)
	}
	return list, nil
}
