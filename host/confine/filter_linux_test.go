//go:build amd64 || arm64

package confine

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/confine/launcher"
)

// machine runs a filter as the kernel does, for a call of this machine.
func machine(t *testing.T, p []launcher.Instruction, arch uint32, number uintptr, parameters ...uint64) uint32 {
	t.Helper()
	var words [16]uint32 // struct seccomp_data
	words[0], words[1] = uint32(number), arch
	for i, v := range parameters {
		words[4+2*i], words[5+2*i] = uint32(v), uint32(v>>32)
	}
	var a uint32
	for at := 0; at < len(p); at++ {
		switch i := p[at]; i.Op {
		case load:
			a = words[i.K/4]
		case answer:
			return i.K
		default:
			holds := i.Op == ifEqual && a == i.K || i.Op == ifAtLeast && a >= i.K || i.Op == ifAnySet && a&i.K != 0
			if holds {
				at += int(i.JT)
			} else {
				at += int(i.JF)
			}
		}
	}
	t.Fatalf("call %d: the program ends without an answer", number)
	return 0
}

func TestFilter(t *testing.T) {
	plain := (&Policy{}).filter()
	parent := (&Policy{Children: true}).filter()
	peers := (&Policy{Peers: []netip.AddrPort{{}}}).filter()
	const inet, inet6, stream, thread = unix.AF_INET, unix.AF_INET6, unix.SOCK_STREAM, unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD
	for _, c := range []struct {
		name   string
		filter []launcher.Instruction
		number uintptr
		with   []uint64
		want   launcher.Instruction
	}{
		{"read", plain, unix.SYS_READ, nil, allow},
		{"an unknown call", plain, 4095, nil, refuse},
		{"clone3", plain, unix.SYS_CLONE3, nil, absent},
		{"a thread", plain, unix.SYS_CLONE, []uint64{thread}, allow},
		{"a process", plain, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, refuse},
		{"a process of a parent", parent, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, allow},
		{"a namespace", plain, unix.SYS_CLONE, []uint64{thread | unix.CLONE_NEWUSER}, refuse},
		{"a namespace of a parent", parent, unix.SYS_CLONE, []uint64{unix.CLONE_NEWUSER}, refuse},
		{"a socket", plain, unix.SYS_SOCKET, []uint64{unix.AF_UNIX, stream | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK}, allow},
		{"a datagram socket", plain, unix.SYS_SOCKET, []uint64{unix.AF_UNIX, unix.SOCK_DGRAM}, refuse},
		{"a packet socket", plain, unix.SYS_SOCKET, []uint64{unix.AF_UNIX, unix.SOCK_SEQPACKET}, refuse},
		{"IPv4", plain, unix.SYS_SOCKET, []uint64{inet, stream}, refuse},
		{"IPv4 in the lower half", plain, unix.SYS_SOCKET, []uint64{1<<32 | unix.AF_UNIX, stream}, refuse},
		{"IPv4 with peers", peers, unix.SYS_SOCKET, []uint64{inet, stream}, allow},
		{"IPv6 with peers", peers, unix.SYS_SOCKET, []uint64{inet6, stream}, allow},
		{"UDP with peers", peers, unix.SYS_SOCKET, []uint64{inet, unix.SOCK_DGRAM}, refuse},
		{"connect", plain, unix.SYS_CONNECT, nil, refuse},
		{"connect with peers", peers, unix.SYS_CONNECT, nil, ask},
		{"listen with peers", peers, unix.SYS_LISTEN, nil, ask},
		{"a send without address", plain, unix.SYS_SENDTO, []uint64{3, 4, 5, 0, 0, 0}, allow},
		{"a send with an address", plain, unix.SYS_SENDTO, []uint64{3, 4, 5, 0, 1, 16}, refuse},
		{"a send with an address above 4 GiB", plain, unix.SYS_SENDTO, []uint64{3, 4, 5, 0, 1 << 32, 16}, refuse},
		{"a message that connects", peers, unix.SYS_SENDMSG, []uint64{3, 4, unix.MSG_FASTOPEN}, refuse},
		{"itself", plain, unix.SYS_KILL, []uint64{launcher.PID, 9}, allow},
		{"another", plain, unix.SYS_KILL, []uint64{1, 9}, refuse},
		{"its group", plain, unix.SYS_KILL, []uint64{0, 9}, refuse},
		{"memory", plain, unix.SYS_MMAP, []uint64{0, 4096, 3, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS}, allow},
		{"shared memory", plain, unix.SYS_MMAP, []uint64{0, 4096, 3, unix.MAP_SHARED | unix.MAP_ANONYMOUS}, refuse},
		{"shared memory by its new name", plain, unix.SYS_MMAP, []uint64{0, 4096, 3, unix.MAP_SHARED_VALIDATE | unix.MAP_ANONYMOUS}, refuse},
		{"a file", plain, unix.SYS_MMAP, []uint64{0, 4096, 3, unix.MAP_SHARED}, allow},
		{"a stack", plain, unix.SYS_MMAP, []uint64{0, 4096, 3, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_GROWSDOWN}, refuse},
		{"reading", plain, unix.SYS_OPENAT, []uint64{0, 0, unix.O_RDONLY | unix.O_CLOEXEC}, allow},
		{"cutting", plain, unix.SYS_OPENAT, []uint64{0, 0, unix.O_RDONLY | unix.O_TRUNC}, refuse},
		{"writing anew", plain, unix.SYS_OPENAT, []uint64{0, 0, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC}, allow},
		// The number of a condition's call must not be taken for its argument, or the reverse.
		{"a family of the number of an allowed call", plain, unix.SYS_SOCKET, []uint64{unix.SYS_READ, stream}, refuse},
		{"a family of the number of write", plain, unix.SYS_SOCKET, []uint64{unix.SYS_WRITE, unix.SOCK_RAW}, refuse},
	} {
		if got := machine(t, c.filter, auditArch, c.number, c.with...); got != c.want.K {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want.K)
		}
	}
	if got := machine(t, plain, auditArch^1, unix.SYS_READ); got != refuse.K {
		t.Errorf("another architecture: %#x", got)
	}
	if foreignCalls > 0 {
		if got := machine(t, plain, auditArch, foreignCalls|unix.SYS_READ); got != absent.K {
			t.Errorf("x32: %#x", got)
		}
	}
	for _, p := range [][]launcher.Instruction{plain, parent, peers} {
		if n := len((&launcher.Job{Filter: p}).Append(nil)); n > launcher.MaxJob/2 || len(p) > 4096 {
			t.Errorf("%d instructions, %d bytes", len(p), n)
		}
	}
}
