package serve

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/t2host/t2host/sdk/wire"
)

// serveRing answers batches in memory that the host shares, if it does, until the host is gone. It returns at once.
func (s *server) serveRing() {
	numbers := strings.Split(os.Getenv(Ring), ",")
	if len(numbers) != 2 {
		return
	}
	socket, err := strconv.Atoi(numbers[0])
	memory, err2 := strconv.Atoi(numbers[1])
	if err != nil || err2 != nil {
		return
	}
	shared, err := syscall.Mmap(memory, 0, RingSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	_ = syscall.Close(memory)
	if err != nil {
		return // by gRPC then
	}
	r := &ring{server: s, socket: socket, batch: shared[:wire.MaxBatch], answer: shared[wire.MaxBatch:]}
	if r.write([]byte(RingHello)) == nil {
		go r.run()
	}
}

// ring is the process's side of the shared memory.
type ring struct {
	*server
	socket        int
	batch, answer []byte
	head          [RingHead]byte
}

func (r *ring) run() {
	for {
		size, err := r.next()
		if err != nil {
			return // the host ends the process
		}
		r.mu.Lock()
		end, err := r.Batch(r.batch[:size], r.piece)
		r.mu.Unlock()
		if r.finish(end, err) != nil {
			return
		}
	}
}

// next reads the next head of the host, and returns the number of its bytes.
func (r *ring) next() (int, error) {
	for n := 0; n < len(r.head); {
		k, err := syscall.Read(r.socket, r.head[n:])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case k == 0:
			return 0, io.EOF
		default:
			n += k
		}
	}
	kind, size := ReadRingHead(r.head[:])
	if kind != RingMessage || size > wire.MaxBatch {
		return 0, errors.New("head of a batch is malformed")
	}
	return int(size), nil
}

// piece sends a piece of an answer and waits until the host has copied it.
func (r *ring) piece(msg []byte) error {
	err := r.send(RingMessage, msg)
	if err == nil {
		_, err = r.next()
	}
	return err
}

// finish sends the end of an answer, or an error.
func (r *ring) finish(end []byte, err error) error {
	switch {
	case err == nil:
		return r.send(RingMessage, end)
	case isLimit(err):
		return r.send(RingLimit, []byte(err.Error()))
	}
	return r.send(RingError, []byte(err.Error()))
}

func (r *ring) send(kind uint32, data []byte) error {
	if len(data) > len(r.answer) {
		kind, data = RingError, []byte("answer is too large")
	}
	copy(r.answer, data)
	return r.write(AppendRingHead(r.head[:0], kind, len(data)))
}

func (r *ring) write(b []byte) error {
	for len(b) > 0 {
		n, err := syscall.Write(r.socket, b)
		if err != nil && err != syscall.EINTR {
			return err
		}
		b = b[max(n, 0):]
	}
	return nil
}
