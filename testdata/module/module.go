// Package module assembles WebAssembly modules that are plugins, for tests: small ones that
// break a rule, with instructions in the place of an export.
package module

import (
	"cmp"
	"strings"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/wire"
)

// Where things are in the memory of a module.
const (
	Room     = 1 << 20 // for messages, of at most 1 MiB
	Reply    = 3 << 20 // Module.Reply
	Data     = 4 << 20 // Module.Data
	manifest = 2 << 20
	nothing  = 3<<20 - 64 // the answer that holds nothing
)

// pages is the memory of a module at its start, in pages of 64 KiB.
const pages = 80

// Module is a plugin. The zero value but for Manifest keeps all rules: it answers nothing to
// each call, which is right for a plugin that reads no flow ends.
type Module struct {
	Manifest string
	Reply    []byte // the answer to each batch; empty: one that holds nothing
	Size     int    // of the answer to each batch, if it is more than Reply has: zeros follow
	Data     string // of a segment at the address Data
	Pages    int    // of memory at the start; 0: 80

	// Instructions in the place of an export's body; empty: those of a good plugin. In has the
	// size of the message as local 0 and leaves an address; Describe, Open, Batch and Close
	// leave an address and a length, see Answer.
	Initialize, In, Describe, Open, Batch, Close string
	// Start is the body of a start function, which a plugin has no use for.
	Start string
	// Calls is the body of function Called, without parameters and results.
	Calls string
	// More are bodies of functions that nobody calls, each of type () -> ().
	More []string
	// Imports are functions to import beside those of the constants, as "module.name".
	Imports []string
}

// The functions that every module imports, and Called.
const (
	Log     = iota // t2host.log: address, length
	Piece          // t2host.piece: address, length
	Write          // fd_write: descriptor, vectors, how many, where the result goes
	Random         // random_get: address, length
	Clock          // clock_time_get: number, precision, address
	Exit           // proc_exit: code
	Poll           // poll_oneoff: subscriptions, events, how many, where the result goes
	imports        // how many there are
)

// function types, in the order of the type section.
const (
	none  = iota // () -> ()
	get          // () -> i32
	place        // i32 -> i32
	say          // () -> i64
	told         // i32 -> i64
	text         // i32 i32 -> ()
	four         // i32 i32 i32 i32 -> i32
	two          // i32 i32 -> i32
	clock        // i32 i64 i32 -> i32
	one          // i32 -> ()
)

const types = "\x0a" + "\x60\x00\x00" + "\x60\x00\x01\x7f" + "\x60\x01\x7f\x01\x7f" + "\x60\x00\x01\x7e" + "\x60\x01\x7f\x01\x7e" +
	"\x60\x02\x7f\x7f\x00" + "\x60\x04\x7f\x7f\x7f\x7f\x01\x7f" + "\x60\x02\x7f\x7f\x01\x7f" + "\x60\x03\x7f\x7e\x7f\x01\x7f" + "\x60\x01\x7f\x00"

const wasi = "wasi_snapshot_preview1."

var imported = []struct {
	name string
	of   int
}{
	Log: {"t2host.log", text}, Piece: {"t2host.piece", text}, Write: {wasi + "fd_write", four}, Random: {wasi + "random_get", two},
	Clock: {wasi + "clock_time_get", clock}, Exit: {wasi + "proc_exit", one}, Poll: {wasi + "poll_oneoff", four},
}

// Bytes returns the module.
func (m *Module) Bytes() []byte {
	var imports, kinds, exports, code []string
	for _, f := range imported {
		imports = append(imports, importOf(f.name, f.of))
	}
	for _, name := range m.Imports {
		imports = append(imports, importOf(name, none))
	}
	exports = append(exports, name("memory")+"\x02\x00")
	start := ""
	for i, f := range m.functions() {
		index := number(len(imports) + i)
		kinds = append(kinds, number(f.of))
		body := "\x01\x01\x7f" + f.body + end // a local that is an i32
		code = append(code, number(len(body))+body)
		switch f.export {
		case "":
		case "start":
			start = section(8, index)
		default:
			exports = append(exports, name(f.export)+"\x00"+index)
		}
	}
	data := []string{segment(manifest, m.Manifest), segment(nothing, string(empty())), segment(Reply, string(m.Reply))}
	if m.Data != "" {
		data = append(data, segment(Data, m.Data))
	}
	return []byte("\x00asm\x01\x00\x00\x00" + section(1, types) + section(2, vector(imports)) + section(3, vector(kinds)) +
		section(5, "\x01\x00"+number(cmp.Or(m.Pages, pages))) + section(7, vector(exports)) + start +
		section(10, vector(code)) + section(11, vector(data)))
}

type function struct {
	export string // "start": it is no export but the start function
	of     int
	body   string
}

// functions returns those of the module.
func (m *Module) functions() []function {
	good := Nothing()
	batch := good
	if len(m.Reply) > 0 {
		batch = Answer(Reply, max(m.Size, len(m.Reply)))
	}
	list := []function{
		{"", none, m.Calls}, // Called
		{"t2host_abi", get, I32(wire.Version)},
		{"t2host_in", place, cmp.Or(m.In, I32(Room))},
		{"t2host_describe", say, cmp.Or(m.Describe, Answer(manifest, len(m.Manifest)))},
		{"t2host_open", told, cmp.Or(m.Open, good)},
		{"t2host_batch", told, cmp.Or(m.Batch, batch)},
		{"t2host_close", say, cmp.Or(m.Close, good)},
	}
	if m.Initialize != "" {
		list = append(list, function{"_initialize", none, m.Initialize})
	}
	if m.Start != "" {
		list = append(list, function{"start", none, m.Start})
	}
	for _, body := range m.More {
		list = append(list, function{"", none, body})
	}
	return list
}

// Nothing leaves the answer that holds nothing.
func Nothing() string { return Answer(nothing, len(empty())) }

// empty returns an answer that holds nothing.
func empty() []byte { return wire.AppendAnswer(nil, &answer.Answer{}, 0, "") }

// importOf is an entry of the import section.
func importOf(full string, of int) string {
	module, field, _ := strings.Cut(full, ".")
	return name(module) + name(field) + "\x00" + number(of)
}

// segment is an entry of the data section.
func segment(address int, bytes string) string {
	return "\x00" + I32(address) + end + number(len(bytes)) + bytes
}

func section(id byte, content string) string { return string(id) + number(len(content)) + content }

func vector(entries []string) string { return number(len(entries)) + strings.Join(entries, "") }

func name(s string) string { return number(len(s)) + s }
