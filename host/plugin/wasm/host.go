package wasm

import (
	"cmp"
	"context"
	"encoding/binary"
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

// answer returns a function that always returns errno.
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

	wasi + "args_get":              answer("ii", errnoSuccess),
	wasi + "args_sizes_get":        {function{"ii", "i"}, twoZeros},
	wasi + "environ_get":           answer("ii", errnoSuccess),
	wasi + "environ_sizes_get":     {function{"ii", "i"}, twoZeros},
	wasi + "clock_res_get":         {function{"ii", "i"}, func(i *instance, s []uint64) { s[0] = i.put64(s[1], 1) }},
	wasi + "clock_time_get":        {function{"iIi", "i"}, clockTime},
	wasi + "random_get":            {function{"ii", "i"}, randomBytes},
	wasi + "sched_yield":           answer("", errnoSuccess),
	wasi + "poll_oneoff":           {function{"iiii", "i"}, poll},
	wasi + "proc_exit":             {function{"i", ""}, func(i *instance, s []uint64) { i.exit(uint32(s[0])) }},
	wasi + "proc_raise":            answer("i", errnoNosys),
	wasi + "fd_write":              {function{"iiii", "i"}, write},
	wasi + "fd_fdstat_get":         {function{"ii", "i"}, describeFile},
	wasi + "fd_fdstat_set_flags":   answer("ii", errnoSuccess),
	wasi + "fd_fdstat_set_rights":  answer("iII", errnoBadf),
	wasi + "fd_prestat_get":        answer("ii", errnoBadf),
	wasi + "fd_prestat_dir_name":   answer("iii", errnoBadf),
	wasi + "fd_advise":             answer("iIIi", errnoBadf),
	wasi + "fd_allocate":           answer("iII", errnoBadf),
	wasi + "fd_close":              answer("i", errnoBadf),
	wasi + "fd_datasync":           answer("i", errnoBadf),
	wasi + "fd_filestat_get":       answer("ii", errnoBadf),
	wasi + "fd_filestat_set_size":  answer("iI", errnoBadf),
	wasi + "fd_filestat_set_times": answer("iIIi", errnoBadf),
	wasi + "fd_pread":              answer("iiiIi", errnoBadf),
	wasi + "fd_pwrite":             answer("iiiIi", errnoBadf),
	wasi + "fd_read":               answer("iiii", errnoBadf),
	wasi + "fd_readdir":            answer("iiiIi", errnoBadf),
	wasi + "fd_renumber":           answer("ii", errnoBadf),
	wasi + "fd_seek":               answer("iIii", errnoBadf),
	wasi + "fd_sync":               answer("i", errnoBadf),
	wasi + "fd_tell":               answer("ii", errnoBadf),

	wasi + "path_create_directory":   answer("iii", errnoNotcapable),
	wasi + "path_filestat_get":       answer("iiiii", errnoNotcapable),
	wasi + "path_filestat_set_times": answer("iiiiIIi", errnoNotcapable),
	wasi + "path_link":               answer("iiiiiii", errnoNotcapable),
	wasi + "path_open":               answer("iiiiiIIii", errnoNotcapable),
	wasi + "path_readlink":           answer("iiiiii", errnoNotcapable),
	wasi + "path_remove_directory":   answer("iii", errnoNotcapable),
	wasi + "path_rename":             answer("iiiiii", errnoNotcapable),
	wasi + "path_symlink":            answer("iiiii", errnoNotcapable),
	wasi + "path_unlink_file":        answer("iii", errnoNotcapable),
	wasi + "sock_accept":             answer("iii", errnoNotcapable),
	wasi + "sock_recv":               answer("iiiiii", errnoNotcapable),
	wasi + "sock_send":               answer("iiiii", errnoNotcapable),
	wasi + "sock_shutdown":           answer("ii", errnoNotcapable),
}

const wasi = "wasi_snapshot_preview1."

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
	case clockidRealtime:
		s[0] = i.put64(s[2], uint64(i.now))
	case clockidMonotonic:
		s[0] = i.put64(s[2], uint64(time.Since(i.started)))
	default:
		s[0] = errnoInval
	}
}

// randomBytes writes random bytes that are the same in each run.
func randomBytes(i *instance, s []uint64) {
	b, ok := i.bytes(s[0], uint64(uint32(s[1])))
	if !ok {
		s[0] = errnoFault
		return
	}
	_, _ = i.random.Read(b) // never fails
	s[0] = errnoSuccess
}

// describeFile describes the standard streams as character devices that can be written.
func describeFile(i *instance, s []uint64) {
	b, ok := i.bytes(s[1], 24)
	switch {
	case uint32(s[0]) > 2:
		s[0] = errnoBadf
	case !ok:
		s[0] = errnoFault
	default:
		clear(b)
		b[0] = filetypeCharacterDevice
		binary.LittleEndian.PutUint64(b[8:], rightsFdWrite)
		s[0] = errnoSuccess
	}
}

// write logs what goes to standard output and error, as lines.
func write(i *instance, s []uint64) {
	if fd := uint32(s[0]); fd != 1 && fd != 2 {
		s[0] = errnoBadf
		return
	}
	const most = 1024 // as on other systems
	if uint32(s[2]) > most {
		s[0] = errnoInval
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
		s[0] = errnoFault
		return
	}
	s[0] = i.put32(s[3], written)
}

// poll implements waiting for a time; a guest must not sleep for long.
func poll(i *instance, s []uint64) {
	const subscription, event, longest = 48, 32, 10 * time.Millisecond
	n := uint64(uint32(s[2]))
	if n == 0 || n > 64 {
		s[0] = errnoInval
		return
	}
	in, ok := i.bytes(s[0], n*subscription)
	out, ok2 := i.bytes(s[1], n*event)
	if !ok || !ok2 {
		s[0] = errnoFault
		return
	}
	wait := longest
	for k := range n {
		sub, ev := in[k*subscription:], out[k*event:]
		clear(ev[:event])
		copy(ev[:8], sub[:8])
		ev[10] = sub[8]
		if sub[8] != eventtypeClock {
			binary.LittleEndian.PutUint16(ev[8:], errnoNotcapable)
			wait = 0
			continue
		}
		if binary.LittleEndian.Uint16(sub[40:])&subclockflagsSubscriptionAbstime == 0 {
			wait = min(wait, time.Duration(min(binary.LittleEndian.Uint64(sub[24:]), uint64(longest))))
		}
	}
	time.Sleep(wait)
	s[0] = i.put32(s[3], uint32(n))
}
