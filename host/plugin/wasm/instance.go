package wasm

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk/wire"
)

// instance is one plugin in its sandbox: a remote.Peer. It is dead after its first error;
// wazero would let it continue, half broken.
type instance struct {
	module  api.Module
	names   []byte // of the module's functions
	memory  memory
	ctx     context.Context // holds the instance, for the functions that it imports
	out     log
	started time.Time
	now     int64 // packet time of the current batch, nanoseconds since 1970 UTC
	random  *rand.ChaCha8
	exited  bool
	code    uint32 // exit code
	dead    error

	piece func([]byte) error // of the current batch; nil outside one
	left  error              // error of piece

	in, describe, open, batch, close api.Function

	stack [1]uint64
	room  uint32 // address and size of the last room
	size  uint32
}

type instanceKey struct{}

// Connect makes an instance whose memory grows up to limit bytes; log is called with each line
// that it prints.
func (m *Module) Connect(limit uint64, log func(line string)) (remote.Peer, error) {
	if m.memory > limit {
		return nil, fmt.Errorf("module %w", tooMuch(m.memory, limit))
	}
	i := &instance{names: m.names, memory: memory{limit: limit}, started: time.Now()}
	i.out.log = log
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], m.engine.Seed)
	i.random = rand.NewChaCha8(seed)
	i.ctx = context.WithValue(context.Background(), instanceKey{}, i)
	var err error
	i.module, err = m.runtime.InstantiateModule(
		experimental.WithMemoryAllocator(i.ctx, &i.memory), m.code, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		i.memory.Free()
		return nil, i.failed(err)
	}
	if err := i.begin(); err != nil {
		i.Release(true)
		return nil, err
	}
	return i, nil
}

func (i *instance) begin() error {
	if f := i.module.ExportedFunction("_initialize"); f != nil {
		if _, err := i.call(f); err != nil {
			return err
		}
	}
	version, err := i.call(i.module.ExportedFunction("t2host_abi"))
	if err != nil {
		return err
	}
	if version != wire.Version {
		return wire.VersionError(int(int32(version)))
	}
	for name, f := range map[string]*api.Function{
		"t2host_in": &i.in, "t2host_describe": &i.describe, "t2host_open": &i.open,
		"t2host_batch": &i.batch, "t2host_close": &i.close,
	} {
		*f = i.module.ExportedFunction(name)
	}
	return nil
}

// call calls an export that has at most one parameter and one result.
func (i *instance) call(f api.Function, params ...uint64) (uint64, error) {
	if i.dead != nil {
		return 0, i.dead
	}
	copy(i.stack[:], params)
	err := f.CallWithStack(i.ctx, i.stack[:])
	if i.left != nil {
		i.dead = i.left
		return 0, i.dead
	}
	if err != nil || i.memory.wanted > 0 || i.exited {
		i.dead = i.failed(err)
		return 0, i.dead
	}
	return i.stack[0], nil
}

// failed turns wazero's error into what the user needs to know.
func (i *instance) failed(err error) error {
	switch {
	case i.memory.wanted > 0:
		return tooMuch(i.memory.wanted, i.memory.limit)
	case i.exited:
		return fmt.Errorf("guest ended itself with exit code %d%s", i.code, i.out.last())
	}
	return errors.New("guest trapped: " + strings.TrimPrefix(firstLine(err), "wasm error: ") + remote.Printable(where(err, i.names)) + i.out.last())
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimSuffix(line, " (recovered by wazero)")
}

// exit ends the guest from within.
func (i *instance) exit(code uint32) {
	i.exited, i.code = true, code
	panic("guest ends itself") // wazero turns it into an error
}

// bytes returns n bytes of the guest's memory from address on.
func (i *instance) bytes(address, n uint64) ([]byte, bool) {
	a := uint64(uint32(address))
	if size := uint64(len(i.memory.buf)); a > size || n > size-a {
		return nil, false
	}
	return i.memory.buf[a : a+n : a+n], true
}

func (i *instance) put32(address uint64, v uint32) uint64 {
	b, ok := i.bytes(address, 4)
	if !ok {
		return errnoFault
	}
	binary.LittleEndian.PutUint32(b, v)
	return errnoSuccess
}

func (i *instance) put64(address, v uint64) uint64 {
	b, ok := i.bytes(address, 8)
	if !ok {
		return errnoFault
	}
	binary.LittleEndian.PutUint64(b, v)
	return errnoSuccess
}

func (i *instance) print(b []byte) { i.out.print(b) }

// Describe asks for the manifest.
func (i *instance) Describe() ([]byte, error) { return i.result(i.call(i.describe)) }

// Open passes the open message to the guest.
func (i *instance) Open(msg []byte) ([]byte, error) { return i.message(i.open, msg) }

// Batch passes a batch to the guest.
func (i *instance) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	i.now, i.piece = wire.Time(msg), piece
	answer, err := i.message(i.batch, msg)
	i.piece = nil
	if i.left != nil {
		return nil, i.left
	}
	return answer, err
}

// leave hands on a piece of the answer; if that fails it ends the guest.
func (i *instance) leave(address, size uint64) {
	b, ok := i.bytes(address, size)
	switch {
	case i.piece == nil:
		i.left = errors.New("guest answers in pieces outside a batch")
	case !ok:
		i.left = fmt.Errorf("guest answers with a piece of %d bytes at %#x, of %#x that it has", size, uint32(address), len(i.memory.buf))
	default:
		i.left = i.piece(b)
	}
	if i.left != nil {
		panic("guest is ended") // wazero turns it into an error
	}
}

// Close asks the plugin to close.
func (i *instance) Close() ([]byte, error) { return i.result(i.call(i.close)) }

// Memory returns the size of the instance's memory, which never shrinks.
func (i *instance) Memory() uint64 { return uint64(len(i.memory.buf)) }

// Release closes the instance.
func (i *instance) Release(bool) {
	_ = i.module.Close(i.ctx) // frees memory; it cannot fail
	i.out.flush()
}

// Room returns where the guest has room for the next message, which is written there at once.
func (i *instance) Room(size int) ([]byte, error) {
	if size > wire.MaxMessage {
		return nil, fmt.Errorf("message of %d bytes", size)
	}
	address, err := i.call(i.in, uint64(size))
	if err != nil {
		return nil, err
	}
	b, ok := i.bytes(address, uint64(size))
	if !ok || uint32(address) == 0 {
		i.dead = fmt.Errorf("guest has no room for a message of %d bytes: t2host_in returned %#x of %#x", size, uint32(address), len(i.memory.buf))
		return nil, i.dead
	}
	i.room, i.size = uint32(address), uint32(size)
	return b[:0], nil
}

// message calls an export with the message in the last room.
func (i *instance) message(f api.Function, msg []byte) ([]byte, error) {
	b, ok := i.bytes(uint64(i.room), uint64(i.size))
	if !ok || len(msg) > len(b) || len(msg) == 0 || &b[0] != &msg[0] {
		i.dead = errors.New("message was not written where the guest has room for it")
		return nil, i.dead
	}
	return i.result(i.call(f, uint64(len(msg))))
}

// result returns the bytes that an export points to.
func (i *instance) result(r uint64, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	b, ok := i.bytes(r, r>>32)
	if !ok || len(b) > wire.MaxAnswer || len(b) == 0 {
		i.dead = fmt.Errorf("guest answers with %d bytes at %#x, of %#x that it has", r>>32, uint32(r), len(i.memory.buf))
		return nil, i.dead
	}
	return b, nil
}
