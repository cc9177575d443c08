package wasm

import (
	"errors"
	"fmt"
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

// imported is an entry of a module's import section.
type imported struct {
	module, name string
	kind         byte // 0: a function
	function
}

// readImports reads the import section of a module, before anything else looks
// at it (WebAssembly core specification 2.0, 5.5).
func readImports(code []byte) ([]imported, error) {
	if len(code) < 8 || string(code[:8]) != "\x00asm\x01\x00\x00\x00" {
		return nil, errors.New("not a WebAssembly module of version 1")
	}
	var types []function
	var imports []imported
	r := reader{b: code[8:]}
	for len(r.b) > 0 && !r.bad {
		id := r.byte()
		section := reader{b: r.take(r.u32())}
		switch id {
		case 1:
			types = section.types()
		case 2:
			imports = section.imports(types)
		}
		r.bad = r.bad || section.bad
	}
	if r.bad {
		return nil, errors.New("not a well-formed WebAssembly module")
	}
	return imports, nil
}

// reader reads a module's bytes; after the first that is missing, bad is true
// and everything is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint32) []byte {
	if r.bad || uint64(n) > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// u32 reads a number in LEB128.
func (r *reader) u32() uint32 {
	var n uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.bad = r.bad || n > 1<<32-1
			return uint32(n)
		}
	}
	r.bad = true
	return 0
}

func (r *reader) name() string { return string(r.take(r.u32())) }

func (r *reader) types() []function {
	var list []function
	for n := r.u32(); n > 0 && !r.bad; n-- {
		if r.byte() != 0x60 {
			r.bad = true // or a type of a later version of the standard
		}
		list = append(list, function{r.letters(), r.letters()})
	}
	return list
}

func (r *reader) letters() string {
	var s []byte
	for _, t := range r.take(r.u32()) {
		switch t {
		case 0x7f:
			s = append(s, 'i')
		case 0x7e:
			s = append(s, 'I')
		default:
			s = append(s, '?')
		}
	}
	return string(s)
}

func (r *reader) imports(types []function) []imported {
	var list []imported
	for n := r.u32(); n > 0 && !r.bad; n-- {
		i := imported{module: r.name(), name: r.name(), kind: r.byte()}
		list = append(list, i)
		if i.kind != 0 {
			return list // refused for that: how it goes on does not matter
		}
		t := r.u32()
		if uint64(t) >= uint64(len(types)) {
			r.bad = true
			return list
		}
		list[len(list)-1].function = types[t]
	}
	return list
}

// checkImports refuses what no plugin gets.
func checkImports(code []byte) error {
	imports, err := readImports(code)
	if err != nil {
		return err
	}
	for _, i := range imports {
		name := i.module + "." + i.name
		want, ok := given[name]
		switch {
		case !ok || i.kind != 0:
			return fmt.Errorf("imports %s, which no plugin gets: t2host.log and the WASI functions of ABI.md are all there is", name)
		case i.function != want.function:
			return fmt.Errorf("imports %s as %s, but it is %s", name, i.function, want.function)
		}
	}
	return nil
}

// exports are what a module must export. _initialize may be missing.
var exports = map[string]function{
	"t2host_abi":      {"", "i"},
	"t2host_in":       {"i", "i"},
	"t2host_describe": {"", "I"},
	"t2host_open":     {"i", "I"},
	"t2host_batch":    {"i", "I"},
	"t2host_close":    {"", "I"},
}
