package filter

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
)

// TestKernelAgrees: the kernel accepts the program, and lets the frames pass that the machine does. The filter of a socket for
// datagrams is run as that of an interface is.
func TestKernelAgrees(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	var frames []capture.Frame
	for _, f := range samples()[capture.LinkTypeEthernet] {
		if len(f.Data) > 0 && len(frames) < 400 {
			f.WireLen = uint32(len(f.Data)) // a datagram is whole
			frames = append(frames, f)
		}
	}
	buf := make([]byte, 1<<17)
	ran := 0
	for e, k := range kernels(t) {
		p, code := k.Program, k.kernel
		list := make([]unix.SockFilter, len(code))
		for i, in := range code {
			list[i] = unix.SockFilter(in)
		}
		program := unix.SockFprog{Len: uint16(len(list)), Filter: &list[0]}
		if err := unix.SetsockoptSockFprog(pair[1], unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program); err != nil {
			t.Errorf("%s: %v\n%s", e, err, p)
			continue
		}
		ran++
		for _, fr := range frames {
			_ = unix.Send(pair[0], fr.Data, 0) // EPERM: it did not pass
			n, _, err := unix.Recvfrom(pair[1], buf, 0)
			if got, want := err == nil && n > 0, p.run(fr.Data, fr.WireLen); got != want {
				t.Errorf("%s: kernel %v, here %v: % x", e, got, want, fr.Data[:min(len(fr.Data), 60)])
				break
			}
		}
	}
	if ran < 300 {
		t.Errorf("only %d programs ran", ran)
	}
}
