package wasm

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func read(t testing.TB, guest string) []byte {
	t.Helper()
	code, err := os.ReadFile("../../../testdata/guests/" + guest + ".wasm")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// section is a section of a module.
func section(id byte, content string) string { return string(id) + number(len(content)) + content }

// number is n in LEB128.
func number(n int) string {
	var b []byte
	for ; n > 0x7f; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return string(append(b, byte(n)))
}

// body returns a function's body with this many locals of one type.
func body(locals int) string {
	content := "\x01" + number(locals) + "\x7f\x0b"
	return number(len(content)) + content
}

const (
	half  = 1 << 29
	head  = "\x00asm\x01\x00\x00\x00"
	types = "\x01\x04\x01\x60\x00\x00" // () -> ()
	funcs = "\x03\x02\x01\x00"         // one
)

// lies are modules that claim more than they hold, or what no plugin may have.
// wazero would allocate memory for most of them before it reads them.
var lies = map[string]string{
	"types":               section(sectionType, number(half)),
	"parameters":          section(sectionType, "\x01\x60"+number(half)),
	"results":             section(sectionType, "\x01\x60\x00"+number(half)),
	"imports":             section(sectionImport, number(half)),
	"functions":           types + section(sectionFunction, number(half)),
	"tables":              section(sectionTable, number(half)),
	"a large table":       section(sectionTable, "\x01\x70\x00"+number(half)),
	"a table of anything": section(sectionTable, "\x01\x40\x00\x70\x00\x01\xd0\x70\x0b"),
	"memories":            section(sectionMemory, "\x02\x00\x01\x00\x01"),
	"a shared memory":     section(sectionMemory, "\x01\x03\x01\x01"),
	"globals":             section(sectionGlobal, number(half)),
	"exports":             section(sectionExport, number(half)),
	"an export's name":    section(sectionExport, "\x01"+number(half)),
	"element segments":    section(sectionElement, number(half)),
	"elements":            section(sectionElement, "\x01\x00\x41\x00\x0b"+number(half)),
	"expressions":         section(sectionElement, "\x01\x05\x70"+number(half)),
	"another reference":   section(sectionElement, "\x01\x05\x63\x70\x00"),
	"code":                types + funcs + section(sectionCode, number(half)),
	"locals":              types + funcs + section(sectionCode, "\x01"+body(half)),
	"locals in all":       types + section(sectionFunction, number(100)+strings.Repeat("\x00", 100)) + section(sectionCode, number(100)+strings.Repeat(body(MaxLocals), 100)),
	"data segments":       section(sectionData, number(half)),
	"data":                section(sectionData, "\x01\x01"+number(half)),
	"a section":           "\x01" + number(half),
	"a section's end":     section(sectionType, "\x00\x00"),
	"a tag":               section(13, "\x00"),
	"another order":       section(sectionTable, "\x00") + section(sectionFunction, "\x00"),
	"a section twice":     section(sectionTable, "\x00") + section(sectionTable, "\x00"),
	"an unknown section":  section(99, ""),
	"a long number":       "\x01\x80\x80\x80\x80\x80\x00",
	"a large number":      "\x01\xff\xff\xff\xff\x7f",
}

// TestLies: each is refused before the compiler sees it, for no more memory than
// it takes itself.
func TestLies(t *testing.T) {
	for name, sections := range lies {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readShape([]byte(head + sections))
		runtime.ReadMemStats(&after)
		if err != errMalformed {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<16 {
			t.Errorf("%s: allocates %d bytes", name, took)
		}
	}
	for name, sections := range map[string]string{
		"nothing":      "",
		"locals":       types + funcs + section(sectionCode, "\x01"+body(MaxLocals)),
		"all elements": section(sectionElement, "\x08"+"\x00\x41\x00\x0b\x01\x00"+"\x01\x00\x01\x00"+"\x02\x00\x41\x00\x0b\x00\x01\x00"+"\x03\x00\x01\x00"+"\x04\x41\x00\x0b\x01\xd2\x00\x0b"+"\x05\x70\x01\xd0\x70\x0b"+"\x06\x00\x41\x00\x0b\x70\x01\xd2\x00\x0b"+"\x07\x70\x01\xd2\x00\x0b"),
		"all data":     section(sectionData, "\x03\x00\x41\x00\x0b\x01x\x01\x01x\x02\x00\x41\x00\x0b\x01x"),
		"constants":    section(sectionGlobal, "\x04\x7e\x00\x42\x80\x7f\x0b\x7d\x00\x43abcd\x0b\x7c\x01\x44abcdefgh\x0b\x7b\x00\xfd\x0c0123456789abcdef\x0b"),
		"a custom one": section(sectionCustom, "\x04namewhatever"),
	} {
		if _, err := readShape([]byte(head + sections)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMuchCode: what takes too much memory to compile is refused before, with the reason.
func TestMuchCode(t *testing.T) {
	of := func(functions, size int) []byte {
		one := number(size) + strings.Repeat("\x00", size)
		return []byte(head + types + section(sectionFunction, number(functions)+strings.Repeat("\x00", functions)) +
			section(sectionCode, number(functions)+strings.Repeat(one, functions)))
	}
	for _, c := range []struct {
		name string
		code []byte
		want string
	}{
		{"the longest function", of(1, MaxBody), ""},
		{"a longer function", of(1, MaxBody+1), "has a function of more than 256 KiB: split it"},
		{"much code", of(63, MaxBody), ""},
		{"more code", of(64, MaxBody), "has more than 16 MiB of code"},
	} {
		got := ""
		if _, err := readShape(c.code); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestModulesThatAreNoPlugins: what is missed first is always the same.
func TestModulesThatAreNoPlugins(t *testing.T) {
	good := read(t, "hostile/good")
	without := func(export string) []byte {
		return bytes.Replace(good, []byte(export), []byte("x"+export[1:]), 1)
	}
	e := newEngine(t, t.TempDir())
	for _, c := range []struct {
		name string
		code []byte
		want string
	}{
		{"text", []byte("hello, world"), "module not a WebAssembly module of version 1"},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), "module not a WebAssembly module of version 1"},
		{"nothing", []byte(head), "module does not export t2host_abi: not a t2host plugin"},
		{"no batch", without("t2host_batch"), "module does not export t2host_batch: not a t2host plugin"},
		{"no memory", without("memory\x02"), "module does not export its memory as memory"},
		{"another type", []byte(head + types + funcs + section(sectionExport, "\x01\x0at2host_abi\x00\x00")), "module exports t2host_abi as (), but it must be () -> i32"},
		{"an odd name", []byte(head + types + section(sectionImport, "\x01\x03\x1b[m\x02\xff\xff\x00\x00")), `module imports \x1b[m.\xff\xff, which the host does not provide: it has t2host.log, t2host.piece and the WASI functions of ABI.md`},
		{"no code", append([]byte(nil), good[:len(good)-9]...), "module not a well-formed WebAssembly module"},
		{"too large", make([]byte, MaxModule+1), "module of 67108865 bytes: at most 64 MiB are allowed"},
	} {
		if _, err := e.Module(t.Context(), c.name, c.code); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}

// TestCustomSections: they are left out, wherever they are, and the module that was
// given stays as it is.
func TestCustomSections(t *testing.T) {
	custom := section(sectionCustom, "\x04namewhatever")
	for _, code := range []string{
		head + types + funcs, head + types + funcs + custom, head + custom + types + funcs, head + types + custom + funcs + custom,
	} {
		given := []byte(code)
		s, err := readShape(given)
		if err != nil {
			t.Fatal(err)
		}
		if string(s.plain) != head+types+funcs || string(given) != code {
			t.Errorf("%q became %q", code, s.plain)
		}
	}
}

// TestTablesDoNotGrow: they would, beyond the limit of memory.
func TestTablesDoNotGrow(t *testing.T) {
	const grow = "\x00\xd0\x70\x41\x01\xfc\x0f\x00\x1a\x0b" // no locals; table.grow by one null
	code := head + types + funcs + section(sectionTable, "\x01\x70\x00\x01") + section(sectionCode, "\x01"+number(len(grow))+grow)
	s, err := readShape([]byte(code))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := compile(t.Context(), s, ""); err == nil || !strings.Contains(err.Error(), `"reference-types" is disabled`) {
		t.Errorf("table.grow: %v", err)
	}
}

func newEngine(t *testing.T, cacheDir string) *Engine {
	t.Helper()
	e := New(Config{CacheDir: cacheDir, Note: func(line string) { t.Error(line) }, Warn: func(line string) { t.Error(line) }})
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// FuzzModule: the check of a module's shape allocates by what the module holds,
// not by what it claims.
func FuzzModule(f *testing.F) {
	for _, name := range []string{"ctcpwin", "hostile/good", "hostile/import_outside", "hostile/import_changed", "hostile/log_flood"} {
		f.Add(read(f, name))
	}
	for _, sections := range lies {
		f.Add([]byte(head + sections))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := readShape(code)
		if err == nil {
			functionsOf(s.names)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(1<<18+512*len(code)) {
			t.Errorf("%d bytes allocate %d", len(code), took)
		}
		if err == nil && len(s.plain) > len(code) {
			t.Errorf("%d bytes became %d", len(code), len(s.plain))
		}
	})
}

// TestGuestsHaveAShape: what compilers make is read.
func TestGuestsHaveAShape(t *testing.T) {
	found, err := filepath.Glob("../../../testdata/guests/*/*.wasm")
	if err != nil || len(found) < 20 {
		t.Fatal(found, err)
	}
	for _, path := range found {
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := readShape(code); err != nil || len(s.exports) == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
}
