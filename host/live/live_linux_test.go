package live

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
)

// inside is set in the process that is in namespaces of its own: to user if users are among them, who is no root for tcpdump.
const inside = "T2HOST_LIVE_INSIDE"

// TestMain runs the tests in a network namespace of their own, and in one of users if need be, where they may do all that they want.
func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"=network")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.Env = append(os.Environ(), inside+"=user")
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil && os.Getenv("T2HOST_NO_SKIP") != "":
		fmt.Fprintln(os.Stderr, "no namespaces:", err)
		os.Exit(1)
	case err != nil:
		fmt.Println("skipped: no user and network namespaces:", err)
	}
}

// tool skips the test if a program is not there.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// pair makes two interfaces, each of which gets what the other one sends, and returns a socket that sends on the first.
func pair(t *testing.T) (send func(frame []byte), from, to string) {
	t.Helper()
	tool(t, "ip")
	from, to = "v0", "v1"
	if out, err := exec.Command("ip", "link", "add", from, "type", "veth", "peer", "name", to).CombinedOutput(); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") != "" {
			t.Fatalf("%v: %s", err, out)
		}
		t.Skipf("no veth: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "link", "delete", from).Run() })
	for _, name := range []string{from, to} {
		_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0) // it would speak by itself
		ip(t, "link", "set", name, "up", "arp", "off")
	}
	for _, name := range []string{from, to} {
		ready(t, name)
	}
	i, err := net.InterfaceByName(from)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return func(frame []byte) {
		for {
			err := unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: i.Index})
			if !errors.Is(err, unix.ENOBUFS) {
				if err != nil {
					t.Error(err)
				}
				return
			}
		}
	}, from, to
}

// ready waits until an interface sends. The kernel notices in the background that the other end is up, and drops without a word what is sent before.
func ready(t *testing.T, name string) {
	t.Helper()
	for range 1000 {
		if out, err := exec.Command("ip", "-o", "link", "show", name).Output(); err == nil && bytes.Contains(out, []byte(" state UP ")) {
			ip(t, "link", "set", name, "up") // waits for the lock under which that happens
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s is not up after 10 s", name)
}

// frame returns a frame of n bytes with tags, each a TPID and a TCI.
func frame(n int, tags ...uint16) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for _, tag := range tags {
		b = binary.BigEndian.AppendUint16(b, tag)
	}
	b = append(b, 0x88, 0xb5) // for experiments
	for len(b) < n {
		b = append(b, byte(len(b)))
	}
	return b
}

func open(t *testing.T, c Config) capture.Live {
	t.Helper()
	c.Promiscuous = true
	l, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// read returns copies of the next n frames.
func read(t *testing.T, l capture.Live, n int) (frames []capture.Frame) {
	t.Helper()
	until := time.Now().Add(10 * time.Second)
	for len(frames) < n {
		var f capture.Frame
		switch err := l.Next(&f); {
		case err == capture.ErrIdle:
			if time.Now().After(until) {
				t.Fatalf("%d frames came, not %d", len(frames), n)
			}
		case err != nil:
			t.Fatal(err)
		default:
			f.Data = bytes.Clone(f.Data)
			frames = append(frames, f)
		}
	}
	return frames
}

// tagged are frames with and without tags, which the kernel takes out.
var tagged = [][]byte{
	frame(60), frame(1514), frame(60, 0x8100, 100), frame(64, 0x88a8, 7, 0x8100, 100), frame(64, 0x8100, 0), frame(100, 0x8100, 5<<13|4095, 0x8100, 1), frame(15),
}

// TestFrames: frames are those that were sent, byte for byte, and tcpdump's of the same moment.
func TestFrames(t *testing.T) {
	send, _, to := pair(t)
	if os.Getenv(inside) == "user" {
		t.Skip("tcpdump needs root")
	}
	tool(t, "tcpdump")
	file := filepath.Join(t.TempDir(), "dump.pcap")
	dump := exec.Command("tcpdump", "-i", to, "-U", "-w", file, "--immediate-mode", "--time-stamp-precision=nano", "-Z", "root")
	var said bytes.Buffer
	dump.Stderr = &said
	if err := dump.Start(); err != nil {
		t.Fatal(err)
	}
	l := open(t, Config{Interface: to})
	for range 100 {
		if info, err := os.Stat(file); err == nil && info.Size() >= 24 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, f := range tagged {
		send(f)
	}
	got := read(t, l, len(tagged))
	for i, f := range got {
		if diff := cmp.Diff(tagged[i], f.Data); diff != "" || int(f.WireLen) != len(tagged[i]) {
			t.Errorf("frame %d, %d bytes on the wire (-sent +got):\n%s", i, f.WireLen, diff)
		}
		if age := time.Since(time.Unix(0, f.Time)); age < 0 || age > 10*time.Second {
			t.Errorf("frame %d is %v old", i, age)
		}
	}
	time.Sleep(200 * time.Millisecond)
	_ = dump.Process.Signal(os.Interrupt)
	_ = dump.Wait()
	src, err := capture.Open([]string{file}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	defer src.Close()
	for i := range got {
		var f capture.Frame
		if err := src.Next(&f); err != nil {
			t.Fatalf("tcpdump has %d frames: %v: %s", i, err, said.String())
		}
		if diff := cmp.Diff(f.Data, got[i].Data); diff != "" || f.WireLen != got[i].WireLen || f.Time != got[i].Time {
			t.Errorf("frame %d (-tcpdump +got):\n%s\n%d and %d bytes, at %d and %d", i, diff, f.WireLen, got[i].WireLen, f.Time, got[i].Time)
		}
	}
	if s := l.Stats(); s.Received != uint64(len(tagged)) || s.Ring+s.Interface != 0 {
		t.Errorf("statistics %+v", s)
	}
}

// TestCooked: from all interfaces frames come with the header of LINKTYPE_LINUX_SLL2, and tags in their place.
func TestCooked(t *testing.T) {
	send, from, to := pair(t)
	l := open(t, Config{Interface: Any})
	send(tagged[2])
	got := read(t, l, 2) // on its way out, and in
	for i, name := range []string{from, to} {
		index, err := net.InterfaceByName(name)
		if err != nil {
			t.Fatal(err)
		}
		f := got[i]
		want := []byte{0x81, 0, 0, 0, 0, 0, 0, byte(index.Index), 0, 1, []byte{4, 3}[i], 6, 2, 0, 0, 0, 0, 1, 0, 0}
		want = append(append(want, 0, 100), tagged[2][16:]...)
		if diff := cmp.Diff(want, f.Data); diff != "" || f.Link != capture.LinkTypeLinuxSLL2 || int(f.WireLen) != len(want) {
			t.Errorf("frame %d of %d bytes, link %v (-want +got):\n%s", i, f.WireLen, f.Link, diff)
		}
	}
}

// TestCount: what was sent was received or is counted as lost, whatever the reader does.
func TestCount(t *testing.T) {
	send, _, to := pair(t)
	l := open(t, Config{Interface: to, Ring: MinRing})
	const sent = 30_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range sent {
			send(tagged[1])
		}
	}()
	stopped := false
	for n := 0; ; n++ {
		var f capture.Frame
		err := l.Next(&f)
		if err == io.EOF {
			break
		}
		if n%100 == 0 && !stopped {
			time.Sleep(time.Millisecond)
		}
		select {
		case <-done:
			// On a busy machine frames are still on their way to the ring when they have been sent.
			if !stopped && err == capture.ErrIdle {
				stopped = true
				l.Stop()
			}
		default:
		}
	}
	s := l.Stats()
	if s.Received+s.Ring != sent || s.Ring == 0 || s.Freezes == 0 {
		t.Errorf("%d sent: %+v", sent, s)
	}
}

// TestStopUnderAFlood: a capture whose reader never catches up ends all the same.
func TestStopUnderAFlood(t *testing.T) {
	send, _, to := pair(t)
	l := open(t, Config{Interface: to, Ring: MinRing})
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			default:
				send(tagged[1])
			}
		}
	}()
	defer func() { close(done); <-ended }()
	time.AfterFunc(300*time.Millisecond, l.Stop)
	var f capture.Frame
	for begun := time.Now(); l.Next(&f) != io.EOF; {
		if time.Since(begun) > 5*time.Second {
			t.Fatal("it goes on after Stop")
		}
		time.Sleep(20 * time.Microsecond) // slower than the sender
	}
}

// TestSnaplen: a frame is cut, and its length on the wire stays.
func TestSnaplen(t *testing.T) {
	send, _, to := pair(t)
	l := open(t, Config{Interface: to, Snaplen: 54})
	send(tagged[1])
	if f := read(t, l, 1)[0]; len(f.Data) != 54 || f.WireLen != 1514 || l.Info().Snaplen != 54 {
		t.Errorf("%d bytes of %d", len(f.Data), f.WireLen)
	}
}

// TestQuiet: the time before which no more comes goes on, and is not after a frame that comes.
func TestQuiet(t *testing.T) {
	send, _, to := pair(t)
	l := open(t, Config{Interface: to})
	var f capture.Frame
	last := int64(0)
	for i := range 30 {
		if i%3 == 0 {
			send(tagged[0])
		}
		switch err := l.Next(&f); {
		case err == capture.ErrIdle:
			if l.Quiet() < last || l.Quiet() > time.Now().UnixNano() {
				t.Errorf("quiet up to %d, before %d", l.Quiet(), last)
			}
			last = l.Quiet()
		case err != nil:
			t.Fatal(err)
		case f.Time < last:
			t.Errorf("a frame of %d came after the quiet of %d", f.Time, last)
		}
	}
	if last == 0 {
		t.Error("it was never quiet")
	}
}

// TestState: an interface that is down is waited for, one that is gone ends the capture.
func TestState(t *testing.T) {
	send, _, to := pair(t)
	notes := make(chan string, 10)
	l := open(t, Config{Interface: to, Note: func(line string) { notes <- line }})
	said := func(want string) {
		t.Helper()
		var f capture.Frame
		for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
			if err := l.Next(&f); err != nil && err != capture.ErrIdle {
				t.Fatal(err)
			}
			select {
			case line := <-notes:
				if line != want {
					t.Errorf("%q, want %q", line, want)
				}
				return
			default:
			}
		}
		t.Fatalf("nobody said %q", want)
	}
	ip(t, "link", "set", to, "down")
	said("interface v1 is down: waiting for it")
	ip(t, "link", "set", to, "up")
	said("interface v1 is up again")
	var f capture.Frame
	for until := time.Now().Add(10 * time.Second); ; {
		send(tagged[1]) // the other end may drop some before it knows that the link is up
		if err := l.Next(&f); err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatal("no frame came after the interface was up again")
		}
	}
	if len(f.Data) != len(tagged[1]) {
		t.Errorf("%d bytes", len(f.Data))
	}
	ip(t, "link", "delete", to)
	for until := time.Now().Add(5 * time.Second); ; {
		err := l.Next(&f)
		if err == io.EOF {
			break
		}
		if time.Now().After(until) {
			t.Fatal("it goes on without its interface")
		}
	}
	if err := l.Err(); !errors.Is(err, ErrGone) || err.Error() != "interface v1 is gone" {
		t.Errorf("error %v", err)
	}
}

// TestHandle: the socket that takes the ring's place has the same frames.
func TestHandle(t *testing.T) {
	send, _, to := pair(t)
	d, err := deviceNamed(to)
	if err != nil {
		t.Fatal(err)
	}
	l, err := openHandle(Config{Interface: to, Snaplen: DefaultSnaplen, Promiscuous: true}, d)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, i := range []int{0, 1, 2} {
		send(tagged[i])
		if diff := cmp.Diff(tagged[i], read(t, l, 1)[0].Data); diff != "" {
			t.Errorf("frame %d (-sent +got):\n%s", i, diff)
		}
	}
	l.Stop()
	var f capture.Frame
	if err := l.Next(&f); err != io.EOF {
		t.Errorf("error %v after Stop", err)
	}
}

// TestDrop: after the rights are given up the ring goes on, and another one is refused.
func TestDrop(t *testing.T) {
	if os.Getenv("T2HOST_LIVE_DROP") == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run", "^TestDrop$", "-test.v")
		cmd.Env = append(os.Environ(), "T2HOST_LIVE_DROP=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") && !strings.Contains(string(out), "--- SKIP") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	send, _, to := pair(t)
	l := open(t, Config{Interface: to})
	switch _, err := Drop(""); {
	case errors.Is(err, ErrCgo):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(status), "NoNewPrivs:\t1") || !strings.Contains(string(status), "CapEff:\t0000000000000000") || !strings.Contains(string(status), "CapPrm:\t0000000000000000") {
		t.Errorf("capabilities are left:\n%s", status)
	}
	send(tagged[1])
	read(t, l, 1)
	if _, err := Open(Config{Interface: to}); !errors.As(err, new(*Refused)) || !strings.Contains(err.Error(), "setcap cap_net_raw+ep ") {
		t.Errorf("error %v", err)
	}
}

// TestUnknown: an interface that is not there is refused with those that are.
func TestUnknown(t *testing.T) {
	if _, err := Open(Config{Interface: "lp"}); err == nil || !strings.HasPrefix(err.Error(), "no interface lp, did you mean lo? (there are lo") {
		t.Errorf("error %v", err)
	}
}
