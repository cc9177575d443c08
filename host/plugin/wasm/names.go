package wasm

import (
	"strconv"
	"strings"
)

// nameSection is the name of the custom section that has names (WebAssembly core specification 2.0, 7.4.1). Compilers write it unless they
// are told to strip it.
const nameSection = "name"

const (
	functionNames = 1       // its subsection
	maxNames      = 4 << 20 // bytes of it that are kept
	maxFrames     = 4       // of a stack, that are shown
)

// keepNames copies a custom section if it has names.
func (s *shape) keepNames(r reader) {
	if r.name() == nameSection && !r.bad && len(r.b) <= maxNames {
		s.names = append([]byte(nil), r.b...)
	}
}

// functionsOf returns the names of functions by their index.
func functionsOf(names []byte) map[uint32]string {
	r := reader{b: names}
	for len(r.b) > 0 {
		kind := r.byte()
		part := reader{b: r.take(r.u32())}
		if kind != functionNames {
			continue
		}
		found := map[uint32]string{}
		part.each(MaxEntries, func() {
			index, name := part.u32(), part.name()
			if !part.bad {
				found[index] = name
			}
		})
		return found
	}
	return nil
}

// where returns the functions of a stack in an error of wazero, the innermost first; empty if none of them has a name.
func where(err error, names []byte) string {
	_, stack, ok := strings.Cut(err.Error(), "wasm stack trace:\n")
	if !ok || len(names) == 0 {
		return ""
	}
	functions := functionsOf(names)
	var list []string
	for line := range strings.Lines(stack) {
		text, _, _ := strings.Cut(strings.TrimSpace(line), "(")
		index, err := strconv.ParseUint(strings.TrimPrefix(text, ".$"), 10, 32)
		if err != nil || functions[uint32(index)] == "" {
			continue
		}
		if list = append(list, functions[uint32(index)]); len(list) == maxFrames {
			break
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " in " + strings.Join(list, ", called by ")
}
