//go:build linux

package process

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/setting"
)

// echo answers a batch with itself. One of no bytes starts a flood, and is
// answered with what it has printed. It describes itself by the file that it
// runs.
type echo struct{}

func (echo) Describe() ([]byte, error) {
	path, err := os.Readlink("/proc/self/exe")
	return []byte(path), err
}

func (echo) Open(msg []byte) ([]byte, error) { return msg, nil }

func (echo) Batch(msg []byte, _ func([]byte) error) ([]byte, error) {
	if len(msg) == 0 {
		startFlood()
		return binary.NativeEndian.AppendUint64(nil, printed.Load()), nil
	}
	return msg, nil
}

func (echo) Close() ([]byte, error) { return nil, nil }

// printed is what flood has printed, in bytes.
var printed atomic.Uint64

var startFlood = sync.OnceFunc(func() { go flood() })

// flood prints for ever, and never a line.
func flood() {
	piece := bytes.Repeat([]byte("z"), 1<<15)
	for {
		n, err := os.Stdout.Write(piece)
		if err != nil {
			return
		}
		printed.Add(uint64(n))
	}
}

func mustConnect(t testing.TB, role string) *peer {
	t.Helper()
	p, err := Connect(Command{Name: role, Path: os.Args[0], Env: environment(role), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*peer)
}

// TestConversation checks that tcpwin's results are the same across the border as compiled in.
func TestConversation(t *testing.T) {
	before := left(t)
	c := Command{Name: "tcpwin", Path: os.Args[0], Env: environment("all"), Timeout: time.Minute, Dir: shortDir(t)}
	values := []setting.Value{{Name: "min_packets", Text: "2"}}
	run := func(p *sdk.Plugin) []answer.Answer {
		stage, err := p.Open(sdk.Opening{Values: values})
		if err != nil {
			t.Fatal(err)
		}
		var outs []answer.Answer
		for n := range 3 {
			b := batch(n)
			b.Final = n == 2
			if err := stage.Batch(b); err != nil {
				t.Fatal(err)
			}
			b.Out.Metrics = slices.Clone(b.Out.Metrics) // the stage goes on counting in them
			outs = append(outs, b.Out)
		}
		if err := stage.Close(); err != nil {
			t.Fatal(err)
		}
		return outs
	}
	want := run(tcpwin.Plugin)
	got := run(remote.Carry(tcpwin.Plugin, func() (remote.Peer, error) { return Connect(c) }))
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(answer.Answer{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-compiled in, +process)\n%s", diff)
	}
	if len(want[0].Deltas) == 0 || len(want[2].Frames) == 0 {
		t.Errorf("the outcome is empty: %+v", want)
	}
	if entries, err := os.ReadDir(c.Dir); err != nil || len(entries) > 0 {
		t.Errorf("left: %v %v", entries, err)
	}
	returned(t, before)
}

// batch is one flow with five packets, of which three have a closed window.
func batch(n int) *sdk.Batch {
	ip := sdk.IPv4([16]byte{12: 10, 15: byte(n)})
	return &sdk.Batch{
		Number: uint64(n + 1), Time: int64(n+1) * 1e9, Events: 1,
		Packets: sdk.Packets{N: 5, Flow: make([]uint32, 5), Time: []int64{1, 2, 3, 4, 5}, Window: []uint32{9, 0, 0, 0, 9}, TCPFlags: make([]uint16, 5)},
		Ends: sdk.Ends{
			N: 1, Flow: []uint32{0}, Before: []uint32{5}, Order: []uint32{0}, LastSeen: []int64{5}, SrcIP: []sdk.IP{ip}, DstIP: []sdk.IP{ip},
		},
	}
}

// TestTheCheckedFileRuns checks that a file that replaces it afterwards does not run.
func TestTheCheckedFileRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin")
	sum := copyFile(t, os.Args[0], path)
	exe, err := openExecutable(&Command{Path: path, SHA256: strings.ToUpper(sum)})
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	other := path + ".new"
	if err := os.WriteFile(other, []byte("#!/bin/sh\nexit 9\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	p, err := connect(Command{Name: "x", Path: path, Env: environment("echo"), Timeout: time.Minute}, exe)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := p.Describe()
	if err != nil || string(runs) != path+" (deleted)" {
		t.Errorf("%s %v runs, want the one that was replaced", runs, err)
	}
	p.Release(false)
}

func copyFile(t *testing.T, from, to string) (sum string) {
	t.Helper()
	r, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, hash), r); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// TestAFloodDoesNotBlock: a plugin that prints without end is neither held up nor
// kept in memory.
func TestAFloodDoesNotBlock(t *testing.T) {
	before := left(t)
	p := mustConnect(t, "echo")
	if _, err := p.Describe(); err != nil {
		t.Fatal(err)
	}
	for n := uint64(0); n < 16<<20; {
		answer, err := p.Batch(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		n = binary.NativeEndian.Uint64(answer)
	}
	p.Release(false)
	returned(t, before)
}

// TestSizes: messages up to the largest batch, and answers that go beyond what
// HTTP/2 takes at a time.
func TestSizes(t *testing.T) {
	for _, role := range []string{"echo", "by gRPC"} {
		p := mustConnect(t, role)
		defer p.Release(false)
		comeBack(t, p)
	}
}

func comeBack(t *testing.T, p *peer) {
	t.Helper()
	for _, size := range []int{1, 100, 1 << 16, 1 << 20, 3 << 20, 5} {
		room, err := p.Room(size)
		if err != nil {
			t.Fatal(err)
		}
		msg := append(room, bytes.Repeat([]byte{byte(size), byte(size >> 8), 7}, size/3+1)[:size]...)
		answer, err := p.Batch(msg, nil)
		if err != nil || !bytes.Equal(answer, msg) {
			t.Errorf("%d bytes: %d come back, %v", size, len(answer), err)
		}
	}
}

// TestManyAtOnce: hosts start their plugins side by side.
func TestManyAtOnce(t *testing.T) {
	before := left(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			p, err := Connect(Command{Name: "x", Path: os.Args[0], Env: environment("echo"), Timeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			if answer, err := p.Batch([]byte("x"), nil); err != nil || string(answer) != "x" {
				t.Errorf("%s %v", answer, err)
			}
			p.Release(false)
		})
	}
	all.Wait()
	returned(t, before)
}

// TestFiles checks that files are inherited after the lifeline, and remain the caller's.
func TestFiles(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := Connect(Command{
		Name: "x", Path: os.Args[0], Env: environment("writer"), Files: []*os.File{f}, Timeout: time.Minute, Policy: confine.Policy{FileSize: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Release(false)
	if data, err := os.ReadFile(f.Name()); err != nil || string(data) != "here" {
		t.Errorf("%q %v", data, err)
	}
	if _, err := f.WriteString("still"); err != nil {
		t.Error(err)
	}
}

func BenchmarkConnect(b *testing.B) {
	for b.Loop() {
		p := mustConnect(b, "echo")
		if _, err := p.Describe(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		p.Release(false)
		b.StartTimer()
	}
}

func BenchmarkBatch(b *testing.B) {
	p := mustConnect(b, "echo")
	defer p.Release(false)
	msg := make([]byte, 1<<16)
	b.SetBytes(1 << 16)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Batch(msg, nil); err != nil {
			b.Fatal(err)
		}
	}
}
