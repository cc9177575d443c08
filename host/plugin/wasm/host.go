package wasm

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// hostFunction is a function that a guest may import.
type hostFunction struct {
	function
	call func(i *instance, stack []uint64) // arguments in, the result out
}

// Errors of WASI preview 1.
const (
	success    = 0
	badFile    = 8
	fault      = 21
	invalid    = 28
	noSystem   = 52
	notCapable = 76
)

// answer returns a function whose result is always the same.
func answer(params string, errno uint64) hostFunction {
	return hostFunction{function{params, "i"}, func(_ *instance, stack []uint64) { stack[0] = errno }}
}

// given is all that a guest may import: t2host.log and t2host.piece, and what Go's standard
// library imports for wasip1. sdk/wire/ABI.md lists the results.
var given = map[string]hostFunction{
	"t2host.log": {function{"ii", ""}, func(i *instance, s []uint64) {
		if b, ok := i.bytes(s[0], uint64(uint32(s[1]))); ok {
			i.print(b)
			i.out.flush()
		}
	}},
	"t2host.piece": {function{"ii", ""}, func(i *instance, s []uint64) { i.leave(s[0], uint64(uint32(s[1]))) }},

	wasi + "args_get":              answer("ii", success),
	wasi + "args_sizes_get":        {function{"ii", "i"}, twoZeros},
	wasi + "environ_get":           answer("ii", success),
	wasi + "environ_sizes_get":     {function{"ii", "i"}, twoZeros},
	wasi + "clock_res_get":         {function{"ii", "i"}, func(i *instance, s []uint64) { s[0] = i.put64(s[1], 1) }},
	wasi + "clock_time_get":        {function{"iIi", "i"}, clockTime},
	wasi + "random_get":            {function{"ii", "i"}, randomBytes},
	wasi + "sched_yield":           answer("", success),
	wasi + "poll_oneoff":           {function{"iiii", "i"}, poll},
	wasi + "proc_exit":             {function{"i", ""}, func(i *instance, s []uint64) { i.exit(uint32(s[0])) }},
	wasi + "proc_raise":            answer("i", noSystem),
	wasi + "fd_write":              {function{"iiii", "i"}, write},
	wasi + "fd_fdstat_get":         {function{"ii", "i"}, describeFile},
	wasi + "fd_fdstat_set_flags":   answer("ii", success),
	wasi + "fd_fdstat_set_rights":  answer("iII", badFile),
	wasi + "fd_prestat_get":        answer("ii", badFile),
	wasi + "fd_prestat_dir_name":   answer("iii", badFile),
	wasi + "fd_advise":             answer("iIIi", badFile),
	wasi + "fd_allocate":           answer("iII", badFile),
	wasi + "fd_close":              answer("i", badFile),
	wasi + "fd_datasync":           answer("i", badFile),
	wasi + "fd_filestat_get":       answer("ii", badFile),
	wasi + "fd_filestat_set_size":  answer("iI", badFile),
	wasi + "fd_filestat_set_times": answer("iIIi", badFile),
	wasi + "fd_pread":              answer("iiiIi", badFile),
	wasi + "fd_pwrite":             answer("iiiIi", badFile),
	wasi + "fd_read":               answer("iiii", badFile),
	wasi + "fd_readdir":            answer("iiiIi", badFile),
	wasi + "fd_renumber":           answer("ii", badFile),
	wasi + "fd_seek":               answer("iIii", badFile),
	wasi + "fd_sync":               answer("i", badFile),
	wasi + "fd_tell":               answer("ii", badFile),

	wasi + "path_create_directory":   answer("iii", notCapable),
	wasi + "path_filestat_get":       answer("iiiii", notCapable),
	wasi + "path_filestat_set_times": answer("iiiiIIi", notCapable),
	wasi + "path_link":               answer("iiiiiii", notCapable),
	wasi + "path_open":               answer("iiiiiIIii", notCapable),
	wasi + "path_readlink":           answer("iiiiii", notCapable),
	wasi + "path_remove_directory":   answer("iii", notCapable),
	wasi + "path_rename":             answer("iiiiii", notCapable),
	wasi + "path_symlink":            answer("iiiii", notCapable),
	wasi + "path_unlink_file":        answer("iii", notCapable),
	wasi + "sock_accept":             answer("iii", notCapable),
	wasi + "sock_recv":               answer("iiiiii", notCapable),
	wasi + "sock_send":               answer("iiiii", notCapable),
	wasi + "sock_shutdown":           answer("ii", notCapable),
}

const wasi = "wasi_snapshot_preview1."

// Imports lists what a guest may import, one function per line.
func Imports() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		list = append(list, name+" "+given[name].String())
	}
	return list
}

// instantiateHost instantiates the two modules of the imports.
func instantiateHost(ctx context.Context, r wazero.Runtime) error {
	for _, module := range []string{"t2host", "wasi_snapshot_preview1"} {
		b := r.NewHostModuleBuilder(module)
		for name, f := range given {
			in, function, _ := strings.Cut(name, ".")
			if in != module {
				continue
			}
			call := api.GoModuleFunc(func(ctx context.Context, _ api.Module, stack []uint64) {
				f.call(ctx.Value(instanceKey{}).(*instance), stack)
			})
			b.NewFunctionBuilder().WithGoModuleFunction(call, valueTypes(f.params), valueTypes(f.results)).Export(function)
		}
		if _, err := b.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

func valueTypes(letters string) []api.ValueType {
	var list []api.ValueType
	for _, l := range letters {
		list = append(list, map[rune]api.ValueType{'i': api.ValueTypeI32, 'I': api.ValueTypeI64}[l])
	}
	return list
}

func twoZeros(i *instance, s []uint64) { s[0] = cmp.Or(i.put32(s[0], 0), i.put32(s[1], 0)) }

// clockTime returns packet time as the time of day. The monotonic clock is real; without it
// the collector of a guest in Go loses its pace, and memory grows without end.
func clockTime(i *instance, s []uint64) {
	switch uint32(s[0]) {
	case 0:
		s[0] = i.put64(s[2], uint64(i.now))
	case 1:
		s[0] = i.put64(s[2], uint64(time.Since(i.started)))
	default:
		s[0] = invalid
	}
}

// randomBytes writes random bytes that are the same in each run.
func randomBytes(i *instance, s []uint64) {
	b, ok := i.bytes(s[0], uint64(uint32(s[1])))
	if !ok {
		s[0] = fault
		return
	}
	_, _ = i.random.Read(b) // never fails
	s[0] = success
}

// describeFile describes the standard streams as character devices that can be written.
func describeFile(i *instance, s []uint64) {
	b, ok := i.bytes(s[1], 24)
	switch {
	case uint32(s[0]) > 2:
		s[0] = badFile
	case !ok:
		s[0] = fault
	default:
		clear(b)
		b[0] = 2
		binary.LittleEndian.PutUint64(b[8:], 1<<6) // fd_write
		s[0] = success
	}
}

// write logs what goes to standard output and error, as lines.
func write(i *instance, s []uint64) {
	if fd := uint32(s[0]); fd != 1 && fd != 2 {
		s[0] = badFile
		return
	}
	const most = 1024 // as on other systems
	if uint32(s[2]) > most {
		s[0] = invalid
		return
	}
	vectors, ok := i.bytes(s[1], 8*uint64(uint32(s[2])))
	written := uint32(0)
	for ; ok && len(vectors) > 0; vectors = vectors[8:] {
		var b []byte
		b, ok = i.bytes(uint64(binary.LittleEndian.Uint32(vectors)), uint64(binary.LittleEndian.Uint32(vectors[4:])))
		if ok {
			i.print(b)
			written += uint32(len(b))
		}
	}
	if !ok {
		s[0] = fault
		return
	}
	s[0] = i.put32(s[3], written)
}

// poll implements waiting for a time; a guest must not sleep for long.
func poll(i *instance, s []uint64) {
	const subscription, event, longest = 48, 32, 10 * time.Millisecond
	n := uint64(uint32(s[2]))
	if n == 0 || n > 64 {
		s[0] = invalid
		return
	}
	in, ok := i.bytes(s[0], n*subscription)
	out, ok2 := i.bytes(s[1], n*event)
	if !ok || !ok2 {
		s[0] = fault
		return
	}
	wait := longest
	for k := range n {
		sub, ev := in[k*subscription:], out[k*event:]
		clear(ev[:event])
		copy(ev[:8], sub[:8])
		ev[10] = sub[8]
		if sub[8] != 0 {
			binary.LittleEndian.PutUint16(ev[8:], notCapable)
			wait = 0
			continue
		}
		if binary.LittleEndian.Uint16(sub[40:])&1 == 0 { // relative
			wait = min(wait, time.Duration(min(binary.LittleEndian.Uint64(sub[24:]), uint64(longest))))
		}
	}
	time.Sleep(wait)
	s[0] = i.put32(s[3], uint32(n))
}
