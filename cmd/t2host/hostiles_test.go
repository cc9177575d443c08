//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/wire"
	"github.com/t2host/t2host/testdata/module"
)

// hostiles are the modules, by what they abuse.
func hostiles() []hostile {
	var all []hostile
	for _, list := range [][]hostile{misdirected(), misnamed(), floods(), calls(), bombs()} {
		all = append(all, list...)
	}
	return all
}

// writes are members of a plugin that sends to one outlet, whose setting has that default.
func writes(kind, of, def string) []string {
	return []string{
		fmt.Sprintf(`"settings":[{"name":"to","kind":"%s","default":%q,"doc":"where"}]`, of, def),
		fmt.Sprintf(`"outlets":[{"name":"o","kind":"%s","setting":"to"}]`, kind),
	}
}

// sends is an answer with a frame.
func sends(text string) []byte {
	out := &answer.Answer{}
	out.AddFrame(0, []byte(text))
	return wire.AppendAnswer(nil, out, 0, "")
}

// misdirected try to write where the user did not say.
func misdirected() []hostile {
	var list []hostile
	for _, target := range []string{"file:victim/.bashrc", "file:/tmp/t2host-hostile", "tcp://127.0.0.1:1", "unix:///tmp/t2host-hostile", "-"} {
		list = append(list, hostile{
			name: "target " + target, module: module.Module{Manifest: manifestOf(writes("stream", "target", target)...), Reply: sends("pwned\n")},
			code: 2, want: "t2host: plugin hostile: outlet o has no target: set one: --set hostile.to=TARGET ",
		})
	}
	for _, suffix := range []string{"/../victim/.bashrc", "/victim/.bashrc", "..", `\..\x`, strings.Repeat("x", 300)} {
		list = append(list, hostile{
			name: "suffix " + suffix, module: module.Module{Manifest: manifestOf(writes("file", "text", suffix)...), Reply: sends("pwned\n")},
			code: 2, want: "t2host: plugin plugin/hostile.wasm: manifest: plugin hostile: setting to: default must be the end of a file name, ",
		})
	}
	suffix := func(name, want string, members ...string) hostile {
		return hostile{name: "suffix " + name, module: module.Module{Manifest: manifestOf(members...), Reply: sends("pwned\n")}, code: 2, want: want}
	}
	capture := suffix("that makes the capture", "outlet hostile.o leads to x.pcap, which is the capture x.pcap that is read: choose another prefix", writes("file", "text", ".pcap")...)
	capture.args = []string{"-w", "x"}
	report := suffix("that makes the end report", "outlet hostile.o and the end report both lead to out_log.txt: ", writes("file", "text", "_log.txt")...)
	report.args = []string{"-q"}
	undelivered := suffix("that makes the file of the undelivered", "outlet hostile.p and the file of undelivered frames both lead to out_undelivered.bin: ",
		`"settings":[{"name":"to","kind":"target","default":"","doc":"x"},{"name":"s","kind":"text","default":"_undelivered.bin","doc":"x"}]`,
		`"outlets":[{"name":"o","kind":"stream","setting":"to"},{"name":"p","kind":"file","setting":"s"}]`)
	undelivered.args = []string{"--set", "hostile.to=tcp://127.0.0.1:1"}
	return append(list, capture, report, undelivered,
		suffix("with NUL", `default must be a text without control characters, not "\x00.txt"`, strings.ReplaceAll(writes("file", "text", "NUL.txt")[0], "NUL", `\u0000`), writes("file", "text", "")[1]),
		suffix("of records", "default must be the end of a file name, ", writes("records", "text", "/../x")...),
		suffix("of a choice", "setting to has 0 choices: 1 to 256 are possible", writes("file", "choice", "a")...),
		suffix("of a target", "outlet o: setting to must be a text: it ends a file name", writes("file", "target", "file:x")...),
		suffix("of a megabyte", "setting to: default of 1047576 bytes: at most 1024 are possible", writes("file", "text", strings.Repeat("x", 1<<20-1000))...),
		suffix("of two outlets", "outlet hostile.o and outlet hostile.p both lead to out_a.part: ",
			`"settings":[{"name":"s","kind":"text","default":"_a","doc":"x"},{"name":"r","kind":"text","default":"_a.part","doc":"x"}]`,
			`"outlets":[{"name":"o","kind":"file","setting":"s"},{"name":"p","kind":"file","setting":"r"}]`),
	)
}

// misnamed have names and texts that steer a terminal, end a line, or are taken for others.
func misnamed() []hostile {
	long := strings.Repeat("a", 1<<20-1000)
	rule := func(name, want string, members ...string) hostile {
		return hostile{name: name, module: module.Module{Manifest: manifestOf(members...)}, code: 2, want: want}
	}
	another := rule("name of tcpwin in other letters", "t2host: plugin tcpWin: plugin/hostile.wasm replaces version 1.0.0, built in", `"name":"tcpWin"`)
	another.code, another.args, another.alone = 0, []string{"-v"}, true
	return []hostile{
		another,
		rule("name with a line", `plugin "a\nt2host: all well": name "a\nt2host: all well" must begin with a lower-case letter`, `"name":"a\nt2host: all well"`),
		rule("name of a megabyte", `name "aaaa`, `"name":"`+long+`"`),
		rule("name with a letter of another script", "must begin with a lower-case letter and hold letters, digits and _ only", `"name":"tcpw\u0456n"`),
		rule("name of the host's settings", "plugin runtime: the settings of t2host itself have that name: give the plugin another one",
			`"name":"runtime"`, `"settings":[{"name":"max_memory","kind":"number","min":0,"max":9,"default":"5","doc":"x"}]`),
		rule("name that is not UTF-8", "must begin with a lower-case letter and hold letters, digits and _ only", "\"name\":\"a\xff\""),
		rule("doc of a megabyte", "doc of 1047576 bytes: write one sentence, at most 1024", `"doc":"`+long+`"`),
		rule("unknown member of a megabyte", `manifest: unknown field "aaaa`, `"`+long+`":1`),
		rule("version that steers", `version "1.0.0\x1b[2J" must hold letters, digits`, `"version":"1.0.0\u001b[2J"`),
		rule("version of many digits", "is not a semantic version such as 1.0.0", `"version":"1.0.`+strings.Repeat("9", 60)+`"`),
		rule("column with a tab", `column "a\tb": a name holds letters`, `"columns":[{"name":"a\tb","type":"u8"}]`, `"ends":{"fields":[]}`),
		rule("choice that hides", `choice "a\u202eb" must be printable`, `"settings":[{"name":"s","kind":"choice","choices":["a\u202eb"],"default":"a\u202eb","doc":"x"}]`),
		rule("default out of its range", `default must be a whole number from 1 to 2, not "18446744073709551616"`, `"settings":[{"name":"s","kind":"number","min":1,"max":2,"default":"18446744073709551616","doc":"x"}]`),
		rule("requires itself", "t2host: plugin hostile requires itself", `"requires":[{"name":"hostile","versions":""}]`),
		rule("range that steers", `versions "\x1b[2J" must be printable ASCII`, `"requires":[{"name":"tcpwin","versions":"\u001b[2J"}]`),
		rule("table of another plugin", "export tcpwin.lowWindows must be named hostile.TABLE", `"exports":[{"name":"tcpwin.lowWindows","key":[{"name":"k","type":"u32"}],"row":[]}]`, `"ends":{"fields":[]}`),
		{
			name: "plugins that require each other", module: module.Module{Manifest: `{"abi":2,"plugins":[` +
				`{"name":"a","version":"1.0.0","doc":"x","ends":{},"requires":[{"name":"b"}]},{"name":"b","version":"1.0.0","doc":"x","ends":{},"requires":[{"name":"a"}]}]}`},
			code: 2, want: "t2host: dependency cycle: a -> b -> a",
		},
		{
			name: "a plugin twice", module: module.Module{Manifest: `{"abi":2,"plugins":[{"name":"aB","version":"1.0.0","doc":"x","ends":{}},{"name":"ab","version":"1.0.0","doc":"x","ends":{}}]}`},
			code: 2, want: "t2host: plugin ab is named twice: ",
		},
	}
}

// many returns a member that is a list of n entries, with the number of each in its place.
func many(member string, n int, entry string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.ReplaceAll(entry, "%d", strconv.Itoa(i))
	}
	return `"` + member + `":[` + strings.Join(list, ",") + "]"
}

// Tags of an answer's sections (ABI.md).
const (
	tagSummary = 4
	tagReport  = 5
	tagLog     = 6
)

// counted returns the head of an answer of that size, of one section with n things.
func counted(size int, tag uint16, n int) []byte {
	msg := wire.AppendAnswer(nil, &answer.Answer{}, 0, "")
	le := binary.LittleEndian
	le.PutUint32(msg, uint32(size))
	msg = le.AppendUint32(le.AppendUint32(msg, uint32(tag)), uint32(size-len(msg)-8))
	return le.AppendUint32(le.AppendUint32(msg, uint32(n)), 0)
}

// floods are as much as there may be of something, and more.
func floods() []hostile {
	list := func(what, want string, members ...string) hostile {
		return hostile{name: "list of " + what, module: module.Module{Manifest: manifestOf(members...)}, code: 2, want: "manifest: plugin hostile: " + want}
	}
	// lines answers n empty lines in each of fifteen batches.
	lines := func(name, want string, tag uint16, n int) hostile {
		return hostile{
			name: name, module: module.Module{Manifest: manifestOf(), Pages: 640, Reply: counted(24+4*n, tag, n), Size: 24 + 4*n},
			args: []string{"-v", "--set", "batch.rows=16"}, code: 0, want: want,
		}
	}
	return []hostile{
		list("columns", "25000 columns are declared: at most 4096 are possible",
			`"ends":{"fields":[]}`, many("columns", 25_000, `{"name":"c%d","type":"u64","doc":"x"}`)),
		list("settings", "15000 settings are declared: at most 256 are possible", many("settings", 15_000, `{"name":"s%d","kind":"text","default":"x","doc":"x"}`)),
		list("outlets", "5000 outlets are declared: at most 64 are possible",
			many("settings", 200, `{"name":"s%d","kind":"text","default":"_x","doc":"x"}`), many("outlets", 5000, `{"name":"o%d","kind":"file","setting":"s1"}`)),
		list("requirements", "20000 requirements are declared: at most 64 are possible", many("requires", 20_000, `{"name":"r%d","versions":"","optional":true}`)),
		list("tables", "20000 tables are declared: at most 64 are possible", `"ends":{"fields":[]}`, many("exports", 20_000, `{"name":"hostile.t%d","key":[],"row":[]}`)),
		{
			name: "list of plugins", module: module.Module{Manifest: `{"abi":2,` + many("plugins", 10_000, `{"name":"h%d","number":1,"version":"1.0.0","doc":"x","ends":{}}`) + "}"},
			code: 2, want: "manifest: 10000 plugins in it: at most 64 are possible",
		},
		{
			name: "lists in lists", module: module.Module{Manifest: manifestOf(`"doc":` + strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000))},
			code: 2, want: "manifest: invalid character '[' exceeded max depth",
		},
		{
			name: "manifest over the maximum", module: module.Module{Manifest: manifestOf() + strings.Repeat(" ", 1<<20-100)},
			code: 2, want: "bytes: at most 1048576 are allowed",
		},
		lines("report lines", "", tagReport, 500_000),
		lines("summary lines", "hostile", tagSummary, 300_000),
		lines("log lines", "further lines of its log are not shown", tagLog, 100_000),
		{
			name: "answer over the maximum", module: module.Module{Manifest: manifestOf(), Pages: 1000, Reply: counted(33<<20, tagReport, 1), Size: 33 << 20},
			code: 1, want: "t2host: plugin hostile: batch 1 (packets 1 to 236): guest answers with 34603008 bytes at 0x300000, of ",
		},
		{
			name: "pieces of no bytes", module: module.Module{Manifest: manifestOf(), Batch: module.Loop(module.I32(module.Reply)+module.I32(0)+module.Call(module.Piece)) + module.I64(0)},
			code: 1, want: "t2host: plugin hostile: batch 1 (packets 1 to 236): malformed answer: message is shorter than its header",
		},
	}
}

// calls abuse what the host calls in a module, and what a module calls in the host.
func calls() []hostile {
	trap := func(name, want string, m module.Module) hostile {
		m.Manifest = manifestOf()
		return hostile{name: name, module: m, code: 1, want: want}
	}
	asked := func(name, want string, m module.Module) hostile { // it ends when it is asked what it is
		h := trap(name, "t2host: plugin plugin/hostile.wasm: "+want, m)
		h.code = 2
		return h
	}
	// silent sleeps: a loop that does nothing is ended as late, and takes the time of others.
	wait := module.I32(module.Data) + module.I32(module.Data+64) + module.I32(1) + module.I32(module.Data+128) + module.Call(module.Poll) + module.Drop
	silent := module.Loop(wait)
	clock := strings.Repeat("\x00", 24) + strings.Repeat("\xff", 8) + strings.Repeat("\x00", 16) // for 10 ms, the longest that there is
	never := func(name, want string, m module.Module) hostile {
		if m.Data == "" {
			m.Data = clock
		}
		h := trap(name, want+"did not answer within 5s: killed", m)
		h.args, h.alone = []string{"--set", "runtime.plugin_timeout=5"}, true
		return h
	}
	const batch = "t2host: plugin hostile: batch 1 (packets 1 to 236): "
	pieces := trap("pieces without end", batch+"sent pieces of an answer for 50s without its end: killed", module.Module{
		Data: clock + string(emptyPiece()), Batch: module.Loop(module.I32(module.Data+len(clock))+module.I32(len(emptyPiece()))+module.Call(module.Piece)+wait) + module.I64(0),
	})
	pieces.args, pieces.alone, pieces.long = []string{"--set", "runtime.plugin_timeout=5"}, true, true
	log := never("log without end", batch, module.Module{Batch: module.Loop(module.I32(module.Data)+module.I32(1)+module.Call(module.Log)) + module.I64(0)})
	log.long = true
	// ends is a module that does odd things and answers as it must.
	ends := func(name, want, body string, m module.Module) hostile {
		m.Manifest, m.Batch = manifestOf(), body+module.Nothing()
		return hostile{name: name, module: m, args: []string{"-v"}, want: want}
	}
	slow := ends("answers within its time limit, each as late", "Cost of hostile (", module.Times(300, 1, wait), module.Module{Data: clock})
	slow.args, slow.long = append(slow.args, "--set", "runtime.plugin_timeout=5", "--set", "batch.rows=64"), true
	wild := func(arguments ...int) (code string) {
		for _, a := range arguments {
			code += module.I32(a)
		}
		return code
	}
	vectors := strings.Repeat("\x00\x00\x00\x00\x00\x00\x50\x00", 256) // all of its memory, each
	exit := module.I32(9) + module.Call(module.Exit)
	return []hostile{
		asked("exit when it is initialized", "guest ended itself with exit code 9", module.Module{Initialize: exit}),
		asked("exit when it is described", "guest ended itself with exit code 9", module.Module{Describe: exit + module.I64(0)}),
		trap("exit when it is opened", "t2host: plugin hostile: open: guest ended itself with exit code 9", module.Module{Open: exit + module.I64(0)}),
		trap("exit when it is asked for room", "t2host: plugin hostile: open: guest ended itself with exit code 9", module.Module{In: exit + module.I32(0)}),
		trap("exit when it is closed", "t2host: plugin hostile: close: guest ended itself with exit code 9", module.Module{Close: exit + module.I64(0)}),
		asked("start function that traps", "guest trapped: start function[14] failed: wasm error: unreachable", module.Module{Start: module.Trap}),
		asked("start function that exits", "guest ended itself with exit code 9", module.Module{Start: exit}),
		asked("manifest outside its memory", "guest answers with 1048576 bytes at 0xfffffff0, of 0x500000 that it has", module.Module{Describe: module.Answer(-16, 1<<20)}),
		trap("recursion without end", batch+"guest trapped: stack overflow", module.Module{Calls: module.CallCalled(), Batch: module.CallCalled() + module.I64(0)}),
		trap("memory without end", batch+"wants 65 MiB of memory, more than its 64: raise runtime.max_memory", module.Module{Batch: module.Loop(module.I32(1)+module.Grow+module.Drop) + module.I64(0)}),
		trap("writing over all addresses", batch+"guest trapped: out of bounds memory access", module.Module{Batch: module.I32(0) + module.I32(255) + module.I32(-1) + module.Fill + module.I64(0)}),
		trap("room that ends outside its memory", "t2host: plugin hostile: open: guest has no room for ", module.Module{In: module.I32(0x500000 - 8)}),
		trap("pieces when it is opened", "t2host: plugin hostile: open: guest answers in pieces outside a batch", module.Module{Open: module.I32(module.Reply) + module.I32(8) + module.Call(module.Piece) + module.I64(0)}),
		never("silence in a batch", batch, module.Module{Batch: silent + module.I64(0)}),
		never("silence when it is closed", "t2host: plugin hostile: close: ", module.Module{Close: silent + module.I64(0)}),
		log,
		pieces,
		slow,
		ends("a gigabyte in one write", "warning: plugin hostile: \\x00", wild(1, module.Data, 256, module.Data)+module.Call(module.Write)+module.Drop, module.Module{Data: vectors}),
		ends("more vectors than a write has", "hostile", wild(1, module.Data, -1, module.Data)+module.Call(module.Write)+module.Drop, module.Module{Data: vectors}),
		ends("writes to other descriptors", "hostile", wild(5, module.Data, 1, module.Data)+module.Call(module.Write)+module.Drop, module.Module{Data: vectors}),
		ends("pointers outside its memory", "hostile", wild(-8, 1<<20)+module.Call(module.Random)+module.Drop+
			module.I32(1)+module.I64(0)+module.I32(-4)+module.Call(module.Clock)+module.Drop+
			wild(-48, -32, 64, -4)+module.Call(module.Poll)+module.Drop+wild(2, -8, 1024, -4)+module.Call(module.Write)+module.Drop+
			wild(-8, -1)+module.Call(module.Log), module.Module{}),
		ends("random bytes for all its memory", "hostile", module.Times(50, 1, wild(module.Data, 1<<20-64)+module.Call(module.Random)+module.Drop), module.Module{}),
		ends("room for the batch in its own code's data", "hostile", "", module.Module{In: module.I32(module.Data)}),
		asked("an import that there is not", "module imports env.system, which the host does not provide", module.Module{Imports: []string{"env.system"}}),
		asked("an import of another type", "module imports wasi_snapshot_preview1.path_open as (), but it is ", module.Module{Imports: []string{"wasi_snapshot_preview1.path_open"}}),
		asked("an import whose name steers", `module imports \x1b[2J.\nx, which the host does not provide`, module.Module{Imports: []string{"\x1b[2J.\nx"}}),
	}
}

// emptyPiece is a piece of an answer that holds nothing.
func emptyPiece() []byte {
	msg := wire.AppendAnswer(nil, &answer.Answer{}, 0, "")
	binary.LittleEndian.PutUint16(msg[6:], 4)
	return msg
}

// bombs take more memory or time than they have bytes.
func bombs() []hostile {
	nothing := module.I32(0) + module.Drop
	code := module.I32(0) + module.I32(0) + module.Store
	plain := func(more ...string) module.Module { return module.Module{Manifest: manifestOf(), More: more} }
	late := func(name string, more ...string) hostile {
		return hostile{name: name, module: plain(more...), code: 2, want: "t2host: plugin plugin/hostile.wasm: did not answer within 1m0s: killed", orEnds: true, memory: 1000, long: true}
	}
	large := plain()
	large.Data, large.Pages = strings.Repeat("x", 64<<20), 1024
	beyond := plain()
	beyond.Data = strings.Repeat("x", 2<<20)
	pages := plain()
	pages.Pages = 65536
	const full = 1<<18 - 100
	return []hostile{
		{name: "module over the maximum", module: large, code: 2, want: "t2host: plugin plugin/hostile.wasm: module of more than 64 MiB: not a plugin"},
		{name: "data outside its memory", module: beyond, code: 2, want: "t2host: plugin plugin/hostile.wasm: guest trapped: data[3]: out of bounds memory access"},
		{name: "pages", module: pages, code: 2, want: "module wants 4096 MiB of memory, more than its 64: raise runtime.max_memory"},
		{name: "long function", module: plain(strings.Repeat(nothing, 3<<20)), code: 2, want: "module has a function of more than 256 KiB: split it"},
		{name: "17 MiB of code", module: plain(slices.Repeat([]string{strings.Repeat(code, full/len(code))}, 66)...), code: 2, want: "module has more than 16 MiB of code"},
		{name: "many functions", module: plain(slices.Repeat([]string{nothing}, 100_001)...), code: 2, want: "module not a well-formed WebAssembly module"},
		{name: "90,000 functions", module: plain(slices.Repeat([]string{nothing}, 90_000)...), long: true},
		late("branches", "\x02\x40"+module.I32(0)+module.Branches(full)+"\x0b"),
		late("blocks", strings.Repeat("\x02\x40", full/3)+strings.Repeat("\x0b", full/3)),
		late("15 MiB of code", slices.Repeat([]string{strings.Repeat(code, full/len(code))}, 63)...),
	}
}
