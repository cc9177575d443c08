package outlet

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestUDP(t *testing.T) {
	noLeaks(t)
	c, err := net.ListenPacket("udp", loopback()+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	o := open(t, Config{Target: to("udp://" + c.LocalAddr().String())})
	send(t, o, 0, 5, 836)
	var got []string
	buf := make([]byte, 1<<16)
	for range 5 {
		c.SetReadDeadline(time.Now().Add(patience))
		n, _, err := c.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(buf[:n]))
	}
	consecutive(t, numbers(t, got, 836), 5)
	if st, err := closes(t, o, 5); err != nil || st != (Stats{Frames: 5, Bytes: 5 * 836}) {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestUDPNobody(t *testing.T) {
	noLeaks(t)
	c, err := net.ListenPacket("udp", loopback()+":0")
	if err != nil {
		t.Fatal(err)
	}
	addr := c.LocalAddr().String()
	c.Close()
	var log logged
	o := open(t, Config{Name: "s", Target: to("udp://" + addr), Log: log.log})
	send(t, o, 0, 20, 100)
	// Each refusal holds the next datagram back once, and it is sent then: a
	// receiver that comes now misses none of the following.
	c, err = net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	send(t, o, 20, 21, 100)
	c.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, 1000)
	n, _, err := c.ReadFrom(buf)
	if err != nil || string(buf[:n]) != string(frame(20, 100)) {
		t.Errorf("%.10q, %v", buf[:n], err)
	}
	st, err := closes(t, o, 21)
	if st.Refused == 0 || st.Frames+st.Refused != 21 || st.RefusedBytes != 100*st.Refused || st.Errors != 0 {
		t.Errorf("%+v", st)
	}
	wantErr(t, err, fmt.Sprintf("outlet s: %s refused by udp://%s: nobody listens: start `t2host receive udp://%s`", Reports(st.Refused, st.RefusedBytes), addr, addr))
	log.has(t, "connection refused: nobody listens")
}

// The refusal of the last datagram, here the only one, is not overlooked.
func TestUDPNobodyOnce(t *testing.T) {
	noLeaks(t)
	c, _ := net.ListenPacket("udp", loopback()+":0")
	addr := c.LocalAddr().String()
	c.Close()
	o := open(t, Config{Target: to("udp://" + addr)})
	send(t, o, 0, 1, 100)
	if st, err := closes(t, o, 1); (err == nil) != (st.Refused == 0) || st.Errors > 0 { // not all systems tell
		t.Errorf("%+v, %v", st, err)
	}
}

func TestUDPTooLong(t *testing.T) {
	noLeaks(t)
	c, err := net.ListenPacket("udp", loopback()+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var log logged
	o := open(t, Config{Name: "s", Target: to("udp://" + c.LocalAddr().String()), Log: log.log})
	send(t, o, 0, 2, 65508)
	send(t, o, 2, 3, 65507)
	st, err := closes(t, o, 3)
	wantErr(t, err, "outlet s: 2 reports (131016 bytes) not delivered to udp://"+c.LocalAddr().String())
	if st != (Stats{Frames: 1, Bytes: 65507, Dropped: 2, DroppedBytes: 2 * 65508}) {
		t.Errorf("%+v", st)
	}
	log.has(t, "a report of 65508 bytes is too long for a datagram")
}

// TestUnixDatagrams: a Unix socket of datagrams, as those of system logs are, gets a frame a
// datagram. A receiver that is gone is known at once, and the next one is found.
func TestUnixDatagrams(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "s")
	receiver := func() net.PacketConn {
		c, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	receive := func(c net.PacketConn, n int) {
		t.Helper()
		buf := make([]byte, 1000)
		c.SetReadDeadline(time.Now().Add(patience))
		size, _, err := c.ReadFrom(buf)
		if err != nil || string(buf[:size]) != string(frame(n, 100)) {
			t.Errorf("%.10q, %v, want frame %d", buf[:size], err, n)
		}
	}
	c := receiver()
	var log logged
	o := open(t, Config{Name: "s", Target: to("unix://" + path), Log: log.log})
	send(t, o, 0, 1, 100)
	receive(c, 0)
	c.Close()
	send(t, o, 1, 2, 100)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	c = receiver()
	send(t, o, 2, 3, 100)
	receive(c, 2)
	st, err := closes(t, o, 3)
	wantErr(t, err, "outlet s: 1 report (100 bytes) not delivered to unix://"+path)
	if st != (Stats{Frames: 2, Bytes: 200, Dropped: 1, DroppedBytes: 100, Errors: 1}) {
		t.Errorf("%+v", st)
	}
	log.has(t, "nobody listens")
}
