package process

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// ring is memory that the host shares with a process: a batch crosses in it without a copy, and without gRPC, TLS and HTTP/2, which
// cut it into pieces of 16 KiB.
//
// The process may write anywhere in the memory at any time. So the host only writes the batch's part, reads nothing there, and copies
// an answer before it looks at it. The memory is sealed: it cannot shrink, which would kill a host that reads it.
type ring struct {
	socket *os.File   // of heads
	theirs []*os.File // the process's socket and memory, until it has them
	shared []byte
	head   [serve.RingHead]byte
	answer []byte // the copy

	close func()
}

// newRing returns memory for a process, nil if this system has none: batches cross by gRPC then.
func newRing() *ring {
	memory, err := unix.MemfdCreate("t2host", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil
	}
	file := os.NewFile(uintptr(memory), "ring")
	if unix.Ftruncate(memory, serve.RingSize) != nil {
		file.Close()
		return nil
	}
	if _, err := unix.FcntlInt(uintptr(memory), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		file.Close()
		return nil
	}
	shared, err := unix.Mmap(memory, 0, serve.RingSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		file.Close()
		return nil
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		_ = unix.Munmap(shared)
		file.Close()
		return nil
	}
	_ = unix.SetNonblock(pair[0], true) // so that Close ends a read
	r := &ring{socket: os.NewFile(uintptr(pair[0]), "ring"), theirs: []*os.File{os.NewFile(uintptr(pair[1]), "ring"), file}, shared: shared}
	r.close = sync.OnceFunc(func() {
		r.started()
		r.socket.Close()
		_ = unix.Munmap(r.shared)
	})
	return r
}

// hangUp ends all waiting for the process: a child of it could hold its socket open.
func (r *ring) hangUp() { r.socket.Close() }

// files are those that the process inherits, in the order of [serve.Ring].
func (r *ring) files() []*os.File { return r.theirs }

// started closes what the process has of its own now.
func (r *ring) started() {
	for _, f := range r.theirs {
		f.Close()
	}
	r.theirs = nil
}

// ready reports whether the process has told that it can use the memory. It does so before it listens.
func (r *ring) ready() bool {
	raw, err := r.socket.SyscallConn()
	if err != nil {
		return false
	}
	hello := make([]byte, len(serve.RingHello))
	n := 0
	_ = raw.Control(func(fd uintptr) { n, _, _ = unix.Recvfrom(int(fd), hello, unix.MSG_DONTWAIT) })
	return n == len(hello) && string(hello) == serve.RingHello
}

// room returns the memory of a batch.
func (r *ring) room() []byte { return r.shared[:0:wire.MaxBatch] }

// hold puts a batch of at most wire.MaxBatch bytes into the memory, unless it is there already, and returns its size.
func (r *ring) hold(msg []byte) int {
	if len(msg) > 0 && &msg[0] != &r.shared[0] {
		copy(r.shared, msg)
	}
	return len(msg)
}

// send tells the process that the batch is in the memory, of which it has size bytes; 0 that a piece was copied.
func (r *ring) send(size int) error {
	_, err := r.socket.Write(serve.AppendRingHead(r.head[:0], serve.RingMessage, size))
	return err
}

// receive waits for the end of an answer or a piece of it, and returns a copy that is valid until the next call. The process's errors
// are those of gRPC.
func (r *ring) receive() ([]byte, error) {
	for n := 0; n < len(r.head); {
		k, err := r.socket.Read(r.head[n:])
		if err != nil {
			return nil, err
		}
		n += k
	}
	kind, size := serve.ReadRingHead(r.head[:])
	if kind > serve.RingLimit || size > wire.MaxAnswer {
		return nil, errMalformedHead
	}
	r.answer = append(r.answer[:0], r.shared[wire.MaxBatch:][:size]...)
	switch kind {
	case serve.RingError:
		return nil, status.Error(codes.Aborted, string(r.answer))
	case serve.RingLimit:
		return nil, status.Error(serve.LimitCode, string(r.answer))
	}
	return r.answer, nil
}

// variable tells the process which descriptors it has, the first of them first.
func (r *ring) variable(first int) string { return fmt.Sprintf("%s=%d,%d", serve.Ring, first, first+1) }
