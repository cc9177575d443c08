package outlet

import (
	"net"
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
	o := open(t, Config{Target: to("udp://" + addr), Log: log.log})
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
	if err != nil || st.Errors == 0 || st.Frames != 21 {
		t.Errorf("%+v, %v", st, err)
	}
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
	if st, err := closes(t, o, 1); err != nil || st.Errors > 1 {
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
	o := open(t, Config{Target: to("udp://" + c.LocalAddr().String()), Log: log.log})
	send(t, o, 0, 2, 65508)
	send(t, o, 2, 3, 65507)
	st, err := closes(t, o, 3)
	if err != nil || st != (Stats{Frames: 1, Bytes: 65507, Dropped: 2, DroppedBytes: 2 * 65508}) {
		t.Errorf("%+v, %v", st, err)
	}
	log.has(t, "a report of 65508 bytes is too long for a datagram")
}
