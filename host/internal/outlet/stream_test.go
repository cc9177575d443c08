package outlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/internal/undelivered"
)

func TestRefused(t *testing.T) {
	noLeaks(t)
	addr := free(t)
	_, err := Open(context.Background(), Config{Name: "s.reports", Target: to("tcp://" + addr), Hint: "--set s.to=-"})
	wantErr(t, err, "outlet s.reports: connect tcp://"+addr+": connection refused: start `t2host receive tcp://"+addr+"` in another terminal, or use --set s.to=-")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error("the system's error is not wrapped")
	}
}

func TestDelivers(t *testing.T) {
	noLeaks(t)
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String())})
	p := accept(t, l)
	send(t, o, 0, 1000, 5000)
	got := make(chan []string)
	go func() {
		frames, err := p.rest(t)
		if err != nil {
			t.Errorf("want a FIN, got %v", err)
		}
		got <- frames
	}()
	st, err := closes(t, o, 1000)
	if err != nil || st.Frames != 1000 || st.Bytes != 5000*1000 {
		t.Errorf("%+v, %v", st, err)
	}
	consecutive(t, numbers(t, <-got, 5000), 1000)
	if err := o.Send([]byte("x")); err == nil || !strings.HasSuffix(err.Error(), "is closed") {
		t.Errorf("Send after Close: %v", err)
	}
	if again, err := o.Close(); err != nil || again != st {
		t.Errorf("second Close: %+v, %v", again, err)
	}
}

func TestWaitThenListen(t *testing.T) {
	noLeaks(t)
	addr := free(t)
	var log logged
	o := open(t, Config{Target: to("tcp://" + addr), Wait: true, Drain: patience, Log: log.log})
	send(t, o, 0, 3, 100)
	if st := o.Stats(); st.Waiting != 3 || st.WaitingBytes != 300 {
		t.Errorf("%+v", st)
	}
	p := accept(t, listen(t, addr))
	st, err := closes(t, o, 3)
	if err != nil || st.Reconnects != 0 {
		t.Errorf("%+v, %v", st, err)
	}
	frames, err := p.rest(t)
	if err != nil {
		t.Error(err)
	}
	consecutive(t, numbers(t, frames, 100), 3)
	log.has(t, "waits for tcp://"+addr+": connection refused")
	log.has(t, ": connected to tcp://"+addr)
}

// The peer reads some frames and hangs up, with a FIN or a reset, the listener
// goes too; later somebody listens again.
func TestHangUp(t *testing.T) {
	for _, how := range []string{"fin", "reset"} {
		t.Run(how, func(t *testing.T) {
			noLeaks(t)
			l := listen(t, loopback()+":0")
			addr := l.Addr().String()
			var log logged
			o := open(t, Config{Target: to("tcp://" + addr), Drain: patience, Log: log.log})
			p := accept(t, l)
			send(t, o, 0, 1, 81)
			got := []string{p.frame(t)}
			until(t, "the first frame delivered", func() bool { return o.Stats().Frames == 1 })
			l.Close()
			if how == "reset" {
				p.reset()
			} else {
				p.Close()
			}
			// The first of these is taken by the kernel although nobody is there.
			for n := 1; n < 6; n++ {
				send(t, o, n, n+1, 81)
				time.Sleep(5 * time.Millisecond)
			}
			if st := o.Stats(); st.Waiting != 5 {
				t.Errorf("%+v", st)
			}
			p = accept(t, listen(t, addr))
			st, err := closes(t, o, 6)
			if err != nil || st.Reconnects != 1 || st.Frames != 6 {
				t.Errorf("%+v, %v", st, err)
			}
			frames, err := p.rest(t)
			if err != nil {
				t.Error(err)
			}
			consecutive(t, numbers(t, append(got, frames...), 81), 6)
			log.has(t, "lost tcp://"+addr)
			log.has(t, "reconnected to tcp://"+addr)
		})
	}
}

// A frame of which the peer got a part before the hang-up comes again, whole.
func TestHangUpInFrame(t *testing.T) {
	noLeaks(t)
	const size = 12 << 20 // above what the kernel's buffers take
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String()), QueueBytes: 64 << 20, Drain: patience})
	p := accept(t, l)
	send(t, o, 0, 3, size)
	if _, err := p.Read(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p = accept(t, l)
	got := make(chan []string)
	go func() {
		frames, _ := p.rest(t)
		got <- frames
	}()
	if st, err := closes(t, o, 3); err != nil || st.Reconnects != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	consecutive(t, numbers(t, <-got, size), 3)
}

// A reset of an idle connection is noticed although nothing is sent, also after
// a half-closed one.
func TestIdleReset(t *testing.T) {
	for _, half := range []bool{false, true} {
		t.Run(fmt.Sprintf("half=%v", half), func(t *testing.T) {
			if half && runtime.GOOS != "linux" {
				t.Skip("the state of a connection is known on Linux only")
			}
			noLeaks(t)
			l := listen(t, loopback()+":0")
			o := open(t, Config{Target: to("tcp://" + l.Addr().String())})
			p := accept(t, l)
			send(t, o, 0, 1, 50)
			p.frame(t)
			if half {
				p.Conn.(*net.TCPConn).CloseWrite()
				time.Sleep(20 * time.Millisecond)
			}
			until(t, "the frame delivered", func() bool { return o.Stats().Frames == 1 })
			p.reset()
			p = accept(t, l) // without a Send
			send(t, o, 1, 2, 50)
			if f := p.frame(t); f != string(frame(1, 50)) {
				t.Errorf("got %q", f)
			}
			if st, err := closes(t, o, 2); err != nil || st.Reconnects != 1 {
				t.Errorf("%+v, %v", st, err)
			}
		})
	}
}

// `nc -l </dev/null` closes its sending side and goes on receiving.
func TestHalfClosedPeer(t *testing.T) {
	noLeaks(t)
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String())})
	p := accept(t, l)
	if err := p.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for n := range 20 {
		send(t, o, n, n+1, 200)
		got = append(got, p.frame(t))
		time.Sleep(time.Millisecond)
	}
	if st, err := closes(t, o, 20); err != nil || st.Reconnects != 0 {
		t.Errorf("%+v, %v", st, err)
	}
	frames, err := p.rest(t)
	if err != nil {
		t.Error(err)
	}
	consecutive(t, numbers(t, append(got, frames...), 200), 20)
}

// What a peer sends is read and thrown away: it neither fills a buffer nor turns
// our FIN into a reset.
func TestTalkingPeer(t *testing.T) {
	noLeaks(t)
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String())})
	p := accept(t, l)
	p.SetWriteDeadline(time.Now().Add(patience))
	if _, err := p.Write(make([]byte, 8<<20)); err != nil {
		t.Fatal(err)
	}
	send(t, o, 0, 1, 50)
	p.frame(t)
	if st, err := closes(t, o, 1); err != nil || st.Frames != 1 {
		t.Errorf("%+v, %v", st, err)
	}
}

// The peer accepts and reads nothing: Send does not block, the oldest waiting
// frames go, Close ends; what the peer has and the file of what it has not make
// up every frame that was not dropped, once.
func TestStalledPeer(t *testing.T) {
	noLeaks(t)
	const size, given, limit = 16 << 10, 1000, 2 << 20
	l := listen(t, loopback()+":0")
	addr := l.Addr().String()
	file := filepath.Join(t.TempDir(), "x_undelivered.bin")
	var log logged
	o := open(t, Config{Target: to("tcp://" + addr), QueueBytes: limit, Drain: 400 * time.Millisecond, Undelivered: keep(t, file), Log: log.log})
	p := accept(t, l)
	var most uint64
	for n := range given {
		send(t, o, n, n+1, size)
		most = max(most, o.Stats().WaitingBytes)
	}
	if most > limit {
		t.Errorf("%d bytes in a queue of %d", most, limit)
	}
	st, err := closes(t, o, given)
	if st.Dropped == 0 || st.Undelivered == 0 || st.Frames+st.Undelivered == 0 || st.DroppedBytes != st.Dropped*size {
		t.Fatalf("%+v", st)
	}
	wantErr(t, err, fmt.Sprintf("outlet tcpwinsink.reports: %d reports (%d bytes) not delivered to tcp://%s in 400ms: written to %s",
		st.Undelivered, st.UndeliveredBytes, addr, file))
	kept := kept(t, file)
	received, err := p.rest(t)
	if err == nil {
		t.Error("want a reset: a FIN would say that all came")
	}
	if uint64(len(received)) != st.Frames || uint64(len(kept)*size) != st.UndeliveredBytes {
		t.Errorf("received %d frames, file has %d: %+v", len(received), len(kept), st)
	}
	all := numbers(t, append(received, kept...), size)
	ascending(t, all)
	if uint64(len(all))+st.Dropped != given || all[len(all)-1] != given-1 {
		t.Errorf("%d frames from %d to %d, %d dropped", len(all), all[0], all[len(all)-1], st.Dropped)
	}
	log.has(t, "reports are dropped")
}

// A stalled peer that goes on in time gets everything that was not dropped.
func TestStalledPeerGoesOn(t *testing.T) {
	noLeaks(t)
	const size, given = 16 << 10, 1000
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String()), QueueBytes: 2 << 20, Drain: patience})
	p := accept(t, l)
	send(t, o, 0, given, size)
	got := make(chan []string)
	go func() {
		frames, _ := p.rest(t)
		got <- frames
	}()
	st, err := closes(t, o, given)
	ns := numbers(t, <-got, size)
	ascending(t, ns)
	if err != nil || uint64(len(ns)) != st.Frames || ns[len(ns)-1] != given-1 {
		t.Errorf("%d frames, %+v, %v", len(ns), st, err)
	}
}

func TestQueueOverflow(t *testing.T) {
	noLeaks(t)
	addr := free(t)
	file := filepath.Join(t.TempDir(), "u.bin")
	o := open(t, Config{Target: to("tcp://" + addr), Wait: true, QueueBytes: 10 * (100 + FrameCost), Drain: -1, Undelivered: keep(t, file)})
	send(t, o, 0, 25, 100)
	if err := o.Send(frame(99, 10*(100+FrameCost)+1)); err != nil {
		t.Error(err)
	}
	st, err := closes(t, o, 26)
	if err == nil || st.Dropped != 16 || st.Undelivered != 10 || st.DroppedBytes != 15*100+1641 {
		t.Errorf("%+v, %v", st, err)
	}
	ns := numbers(t, kept(t, file), 100)
	if !slices.Equal(ns, []int{15, 16, 17, 18, 19, 20, 21, 22, 23, 24}) {
		t.Errorf("the newest ten are kept, got %v", ns)
	}
}

func TestUndeliveredLost(t *testing.T) {
	addr := free(t)
	for file, want := range map[*undelivered.File]string{
		nil:                     "lost",
		keep(t, "/nowhere/u.b"): "lost: write /nowhere/u.b: no such file or directory",
	} {
		o := open(t, Config{Target: to("tcp://" + addr), Wait: true, Drain: -1, Undelivered: file})
		send(t, o, 0, 1, 100)
		_, err := closes(t, o, 1)
		wantErr(t, err, "outlet tcpwinsink.reports: 1 report (100 bytes) not delivered to tcp://"+addr+" in 0s: "+want)
	}
}

// The end of the context ends all waiting, not what is connected.
func TestCancel(t *testing.T) {
	noLeaks(t)
	ctx, cancel := context.WithCancel(context.Background())
	addr := free(t)
	absent, err := Open(ctx, Config{Name: "a", Target: to("tcp://" + addr), Wait: true, Drain: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, loopback()+":0")
	reading, err := Open(ctx, Config{Name: "r", Target: to("tcp://" + l.Addr().String()), Drain: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	p := accept(t, l)
	stalled, err := Open(ctx, Config{Name: "s", Target: to("tcp://" + l.Addr().String()), Drain: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l)
	send(t, absent, 0, 2, 100)
	send(t, stalled, 0, 1, 12<<20)
	cancel()
	send(t, reading, 0, 2, 100)
	_, err = closes(t, absent, 2)
	wantErr(t, err, "outlet a: 2 reports (200 bytes) not delivered to tcp://"+addr+" before the run was ended: lost")
	if st, err := closes(t, stalled, 1); err == nil || st.Undelivered != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	if _, err := closes(t, reading, 2); err != nil {
		t.Error(err)
	}
	frames, err := p.rest(t)
	if err != nil {
		t.Error(err)
	}
	consecutive(t, numbers(t, frames, 100), 2)
	if _, err := Open(ctx, Config{Name: "n", Target: to("tcp://" + addr), Wait: true}); err == nil {
		t.Error("opened although the run is over")
	}
}

func TestAbortStream(t *testing.T) {
	noLeaks(t)
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String()), Drain: patience})
	p := accept(t, l)
	send(t, o, 0, 5, 100)
	if st := o.Abort(); st.Frames != 5 {
		t.Errorf("what was given is sent: %+v", st)
	}
	frames, _ := p.rest(t)
	consecutive(t, numbers(t, frames, 100), 5)

	file := filepath.Join(t.TempDir(), "u.bin")
	var log logged
	o = open(t, Config{Target: to("tcp://" + l.Addr().String()), Drain: patience, Undelivered: keep(t, file), Log: log.log})
	accept(t, l)
	send(t, o, 0, 1, 12<<20)
	if st := o.Abort(); st.Undelivered != 1 {
		t.Errorf("%+v", st)
	}
	log.has(t, "1 report (12582912 bytes) not delivered")
	if frames := kept(t, file); len(frames) != 1 || len(frames[0]) != 12<<20 {
		t.Errorf("%d frames are kept", len(frames))
	}
}

func TestCloseBeforeConnected(t *testing.T) {
	noLeaks(t)
	o := open(t, Config{Target: to("tcp://" + free(t)), Wait: true, Drain: time.Hour})
	if st, err := closes(t, o, 0); err != nil || st != (Stats{}) {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestNoSuchHost(t *testing.T) {
	_, err := Open(context.Background(), Config{Name: "s", Target: to("tcp://no-such-host.invalid:5555"), Wait: true})
	if err == nil || !strings.HasPrefix(err.Error(), "outlet s: connect tcp://no-such-host.invalid:5555: ") {
		t.Error(err)
	}
}

func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here:", err)
	}
	defer l.Close()
	o := open(t, Config{Target: to("tcp://" + l.Addr().String())})
	send(t, o, 0, 2, 100)
	p := accept(t, l)
	if _, err := closes(t, o, 2); err != nil {
		t.Error(err)
	}
	frames, _ := p.rest(t)
	consecutive(t, numbers(t, frames, 100), 2)
}

func TestUnix(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "s")
	target := "unix://" + path
	_, err := Open(context.Background(), Config{Name: "s", Target: to(target)})
	wantErr(t, err, "outlet s: connect "+target+": no such file or directory: start `t2host receive "+target+"` in another terminal")
	on := func() net.Listener {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l
	}
	l := on()
	o := open(t, Config{Target: to(target), Drain: patience})
	p := accept(t, l)
	send(t, o, 0, 1, 100)
	got := []string{p.frame(t)}
	l.Close()
	p.Close()
	send(t, o, 1, 5, 100)
	p = accept(t, on())
	st, err := closes(t, o, 5)
	if err != nil || st.Reconnects != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	frames, _ := p.rest(t)
	consecutive(t, numbers(t, append(got, frames...), 100), 5)
}

// Many senders at once, a peer that hangs up again and again: nothing is lost,
// nothing doubled, as long as the peer reads what its kernel took.
func TestHangUpAgainAndAgain(t *testing.T) {
	noLeaks(t)
	const size, given = 300, 60
	l := listen(t, loopback()+":0")
	o := open(t, Config{Target: to("tcp://" + l.Addr().String()), Drain: 10 * patience})
	var got []string
	for n := 0; n < given; n += 10 {
		p := accept(t, l)
		for i := n; i < n+10; i++ {
			send(t, o, i, i+1, size)
			got = append(got, p.frame(t))
		}
		until(t, "delivered", func() bool { return o.Stats().Waiting == 0 })
		if n+10 < given {
			p.reset()
		} else {
			defer p.Close()
		}
	}
	if st, err := closes(t, o, given); err != nil || st.Reconnects != given/10-1 {
		t.Errorf("%+v, %v", st, err)
	}
	consecutive(t, numbers(t, got, size), given)
}
