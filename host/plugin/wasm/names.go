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

// maxLines bounds the sections of DWARF that are kept, in bytes: they are read when a module is compiled, and when it traps, in the worker that
// the module runs in.
const maxLines = 8 << 20

// keepsLines reports whether a custom section is one of DWARF, which tells the lines of the source (DWARF for WebAssembly), and is kept.
func (s *shape) keepsLines(r reader) bool {
	size := len(r.b)
	if !strings.HasPrefix(r.name(), ".debug_") || r.bad || s.lines+size > maxLines {
		return false
	}
	s.lines += size
	return true
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

// where returns the functions of a stack in an error of wazero, the innermost first, with the lines of their sources where the module has them;
// empty if none of them has a name.
func where(err error, names []byte) string {
	_, stack, ok := strings.Cut(err.Error(), "wasm stack trace:\n")
	if !ok || len(names) == 0 {
		return ""
	}
	functions := functionsOf(names)
	var list []string
	named := false // the function of the lines that follow is the last one of the list
	for line := range strings.Lines(stack) {
		text, _, _ := strings.Cut(strings.TrimSpace(line), "(")
		if strings.HasPrefix(line, "\t\t") {
			if place := sourceLine(line); named && place != "" {
				list[len(list)-1] += " (" + place + ")"
				named = false // what it was inlined into follows
			}
			continue
		}
		index, err := strconv.ParseUint(strings.TrimPrefix(text, ".$"), 10, 32)
		named = err == nil && functions[uint32(index)] != ""
		if !named {
			continue
		}
		if len(list) == maxFrames {
			break
		}
		list = append(list, functions[uint32(index)])
	}
	if len(list) == 0 {
		return ""
	}
	return " in " + strings.Join(list, ", called by ")
}

// sourceLine returns "file.c:39" of wazero's "0x1234: /path/file.c:39:3"; empty if it is none.
func sourceLine(line string) string {
	_, place, ok := strings.Cut(strings.TrimSpace(line), ": ")
	place, _, _ = strings.Cut(place, " ") // (inlined)
	at := strings.LastIndexByte(place, ':')
	if !ok || at < 0 {
		return ""
	}
	if _, err := strconv.Atoi(place[at+1:]); err != nil {
		return ""
	}
	place = place[:at] // without the column
	return place[strings.LastIndexAny(place, "/\\")+1:]
}
