package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// ringRole is a process that says it can use the memory, and answers the first batch with what its role says. The rest it does by gRPC.
func ringRole(role string) {
	socket, _, _ := strings.Cut(os.Getenv(serve.Ring), ",")
	fd, err := strconv.Atoi(socket)
	if err != nil {
		panic(err)
	}
	os.Unsetenv(serve.Ring)
	hello := serve.RingHello
	if role == "ring: another hello" {
		hello = "t2ring9\n"
	}
	if _, err := syscall.Write(fd, []byte(hello)); err != nil {
		panic(err)
	}
	go func() {
		if _, err := syscall.Read(fd, make([]byte, serve.RingHead)); err != nil {
			return
		}
		switch role {
		case "ring: too long":
			_, _ = syscall.Write(fd, serve.AppendRingHead(nil, serve.RingMessage, wire.MaxAnswer+1))
		case "ring: longest":
			_, _ = syscall.Write(fd, serve.AppendRingHead(nil, serve.RingMessage, -1))
		case "ring: unknown":
			_, _ = syscall.Write(fd, serve.AppendRingHead(nil, 9, 8))
		case "ring: half a head":
			_, _ = syscall.Write(fd, []byte{0, 0, 0})
			_ = syscall.Close(fd)
		case "ring: closed":
			_ = syscall.Close(fd)
		case "ring: error":
			_, _ = syscall.Write(fd, serve.AppendRingHead(nil, serve.RingError, 0))
		}
	}()
	serve.Process(echo{})
}

// TestHostileRing: a process may answer anything; the host says what is wrong, and ends it.
func TestHostileRing(t *testing.T) {
	for _, c := range []struct{ role, want string }{
		{"ring: too long", "head of an answer is malformed"},
		{"ring: longest", "head of an answer is malformed"},
		{"ring: unknown", "head of an answer is malformed"},
		{"ring: half a head", "closed the connection while still running: killed"},
		{"ring: closed", "closed the connection while still running: killed"},
		{"ring: error", ""},
		{"ring: silent", "did not answer within 300ms: killed"},
	} {
		t.Run(c.role, func(t *testing.T) {
			t.Parallel()
			p := mustConnect(t, c.role)
			if p.ring == nil {
				t.Fatal("the memory is not used")
			}
			if c.role == "ring: silent" {
				p.timeout = 300 * time.Millisecond
			}
			if _, err := p.Batch([]byte("x"), nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v", err)
			}
			p.Release(true)
		})
	}
}

// TestOtherHello: who does not know this way, or another one, gets batches by gRPC.
func TestOtherHello(t *testing.T) {
	for _, role := range []string{"ring: another hello", "by gRPC"} {
		p := mustConnect(t, role)
		if p.ring != nil {
			t.Errorf("%s: the memory is used", role)
		}
		if answer, err := p.Batch([]byte("x"), nil); err != nil || string(answer) != "x" {
			t.Errorf("%s: %q, %v", role, answer, err)
		}
		p.Release(false)
	}
}
