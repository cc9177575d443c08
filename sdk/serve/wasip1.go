//go:build wasip1

package serve

import (
	"runtime"
	"unsafe"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// guest is the module's one plugin; exports have nowhere else to find it.
var guest struct {
	server *Server
	in     []byte
	out    []byte // what was answered last: kept from the collector
}

// Plugins sets the plugins of the module. Call it in the command's init.
func Plugins(plugins ...*sdk.Plugin) { guest.server = NewServer(plugins...) }

// Run does nothing: the host calls the exports of a module.
func Run() {}

//go:wasmexport t2host_abi
func abi() int32 { return wire.Version }

//go:wasmexport t2host_in
func in(size int32) unsafe.Pointer {
	if size < 0 {
		return nil
	}
	if len(guest.in) < int(size) {
		guest.in = make([]byte, max(int(size), 1<<16))
	}
	return unsafe.Pointer(unsafe.SliceData(guest.in))
}

//go:wasmexport t2host_describe
func describe() int64 { return packed(guest.server.Describe()) }

//go:wasmexport t2host_open
func open(size int32) int64 { return packed(guest.server.Open(guest.in[:size])) }

//go:wasmexport t2host_batch
func batch(size int32) int64 {
	// Without this the collector's own goroutines never run and memory grows.
	defer runtime.Gosched()
	return packed(guest.server.Batch(guest.in[:size], func(b []byte) error {
		piece(unsafe.Pointer(unsafe.SliceData(b)), int32(len(b)))
		return nil // the host ends the guest where it can't go on
	}))
}

// piece hands a piece of the answer to the host, which has read it when it returns.
//
//go:wasmimport t2host piece
func piece(address unsafe.Pointer, size int32)

//go:wasmexport t2host_close
func closePlugin() int64 { return packed(guest.server.Close()) }

// packed returns the address and length of b. A Server returns no error.
func packed(b []byte, _ error) int64 {
	guest.out = b
	return int64(len(b))<<32 | int64(uintptr(unsafe.Pointer(unsafe.SliceData(b))))
}
