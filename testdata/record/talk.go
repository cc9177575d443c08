package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// smallBuffer is the SO_RCVBUF of a receiver that stalls: few segments fill it, so the window shuts soon and the captures
// stay small.
const smallBuffer = 4096

// text is all that is ever sent.
var text = []byte(strings.Repeat("The quick brown fox jumps over the lazy dog. ", 1500))

// How a connection is left at its end.
type ending int

const (
	closed ending = iota // FIN both ways
	reset                // RST by the receiver
	open                 // neither, until the recording is over
)

// A download is one connection on which one side sends and the other reads, and stops reading now and then.
type download struct {
	client, server string // address and address:port
	upload         bool   // the client sends and the server reads, else the other way
	segments, size int    // written one by one, without Nagle
	pace           time.Duration
	stalls         []stall // in order
	end            ending
}

// A stall is how long the receiver stops reading after it has read a number of segments.
type stall struct {
	after int
	wait  time.Duration
}

func (d download) run() error {
	client, server, err := connect(d.client, d.server, smallBuffer)
	if err != nil {
		return err
	}
	from, to := server, client
	if d.upload {
		from, to = client, server
	}
	sent := make(chan error, 1)
	go func() { sent <- d.send(from) }()
	if err := d.receive(to); err != nil {
		return fmt.Errorf("%s to %s: %w", from.LocalAddr(), to.LocalAddr(), err)
	}
	switch d.end {
	case open:
		return nil
	case reset:
		if err := errors.Join(to.SetLinger(0), to.Close()); err != nil {
			return err
		}
		<-sent // the sender is told by an error
		return from.Close()
	}
	return errors.Join(<-sent, from.Close(), to.Close())
}

func (d download) send(c *net.TCPConn) error {
	for range d.segments {
		if _, err := c.Write(text[:d.size]); err != nil {
			return err
		}
		time.Sleep(d.pace)
	}
	return nil
}

// receive reads what is sent, all of it, unless it is to break off. It asks for an immediate acknowledgement after each
// read: the table wants 50 packets of the receiver, and delayed ones would need twice the segments.
func (d download) receive(c *net.TCPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	buffer := make([]byte, d.size)
	stalls := d.stalls
	for n := range d.segments {
		for len(stalls) > 0 && stalls[0].after == n {
			time.Sleep(stalls[0].wait)
			stalls = stalls[1:]
			if len(stalls) == 0 && d.end != closed {
				return nil // breaks off, the window still shut
			}
		}
		if _, err := io.ReadFull(c, buffer); err != nil {
			return err
		}
		err := raw.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// requests asks count times and gets size bytes each time, then leaves the connection.
func requests(client, server string, count, size int, pause time.Duration, end ending) error {
	c, s, err := connect(client, server, 0)
	if err != nil {
		return err
	}
	question, answer := make([]byte, 32), make([]byte, size)
	for n := range count {
		if n > 0 {
			time.Sleep(pause)
		}
		if _, err := fmt.Fprintf(c, "%-31s\n", fmt.Sprintf("give me part %d of %d", n+1, count)); err != nil {
			return err
		}
		if _, err := io.ReadFull(s, question); err != nil {
			return err
		}
		if _, err := s.Write(text[:size]); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			return err
		}
	}
	switch end {
	case open:
		return nil
	case reset:
		return errors.Join(c.SetLinger(0), c.Close(), s.Close())
	}
	return errors.Join(c.Close(), s.Close())
}

// connect makes a connection and returns both ends. A receive buffer other than 0 is set before the handshake, since the window
// scale is chosen there.
func connect(client, server string, buffer int) (c, s *net.TCPConn, err error) {
	control := func(_, _ string, raw syscall.RawConn) error {
		if buffer == 0 {
			return nil
		}
		var err error
		cerr := raw.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, buffer)
		})
		return errors.Join(cerr, err)
	}
	listener, err := (&net.ListenConfig{Control: control}).Listen(context.Background(), "tcp", server)
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return nil, nil, err
	}
	dialer := net.Dialer{Control: control, LocalAddr: &net.TCPAddr{IP: addr.AsSlice()}, KeepAlive: -1}
	dialed, err := dialer.Dial("tcp", server)
	if err != nil {
		return nil, nil, err
	}
	accepted, err := listener.Accept()
	if err != nil {
		return nil, nil, err
	}
	return dialed.(*net.TCPConn), accepted.(*net.TCPConn), nil
}

// refused dials a port where nobody listens.
func refused(client, server string) error {
	addr := netip.MustParseAddr(client)
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: addr.AsSlice()}}
	if c, err := dialer.Dial("tcp", server); err == nil {
		c.Close()
		return fmt.Errorf("%s: somebody listens", server)
	}
	return nil
}

// datagrams sends count of them over UDP and gets each back.
func datagrams(client, server string, count int) error {
	at := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(server))
	s, err := net.ListenUDP("udp", at)
	if err != nil {
		return err
	}
	defer s.Close()
	addr := netip.MustParseAddr(client)
	c, err := net.DialUDP("udp", &net.UDPAddr{IP: addr.AsSlice()}, at)
	if err != nil {
		return err
	}
	defer c.Close()
	buffer := make([]byte, 64)
	for n := range count {
		if _, err := c.Write(text[n : n+40]); err != nil {
			return err
		}
		n, peer, err := s.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return err
		}
		if _, err := s.WriteToUDPAddrPort(buffer[:n], peer); err != nil {
			return err
		}
		if _, err := c.Read(buffer); err != nil {
			return err
		}
	}
	return nil
}

// ping sends one echo request, which the kernel answers.
func ping(client, server string) error {
	network, kind := "ip4:icmp", byte(8)
	if strings.Contains(server, ":") {
		network, kind = "ip6:ipv6-icmp", 128
	}
	c, err := net.DialIP(network, &net.IPAddr{IP: net.ParseIP(client)}, &net.IPAddr{IP: net.ParseIP(server)})
	if err != nil {
		return err
	}
	defer c.Close()
	m := append([]byte{kind, 0, 0, 0, 0, 1, 0, 1}, text[:32]...)
	var sum uint32 // the kernel fills in ICMPv6's
	for i := 0; i < len(m); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(m[i:]))
	}
	binary.BigEndian.PutUint16(m[2:], ^uint16(sum>>16+sum))
	_, err = c.Write(m)
	return err
}
