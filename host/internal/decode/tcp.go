package decode

import "encoding/binary"

// TCPHeader is the fixed header of a TCP segment (RFC 9293, 3.1). It is zero in packets of other
// protocols.
type TCPHeader struct {
	// TCP reports whether the first 13 bytes were captured (TCPFlags needs 14), so that Seq and
	// Ack are set. It is never set on later fragments.
	TCP      bool
	TCPFlags uint16 // AE CWR ECE URG ACK PSH RST SYN FIN, 0 if not captured
	Seq, Ack uint32 // sequence and acknowledgement numbers
	Window   uint32 // raw window, 0 to 65535, or NoWindow; of all packets of protocol TCP
}

// whole reads a header of which at least 20 bytes were captured.
func (t *TCPHeader) whole(b []byte) {
	_ = b[19]
	t.TCP = true
	t.Seq = binary.BigEndian.Uint32(b[4:])
	t.Ack = binary.BigEndian.Uint32(b[8:])
	t.TCPFlags = binary.BigEndian.Uint16(b[12:]) & 0x1ff
	t.Window = uint32(binary.BigEndian.Uint16(b[14:]))
}

// cut reads a header of which fewer bytes were captured.
func (t *TCPHeader) cut(b []byte) {
	t.Window = NoWindow
	if len(b) < 13 { // the whole ACK number and the data offset: T2's limit
		return
	}
	t.TCP = true
	t.Seq = binary.BigEndian.Uint32(b[4:])
	t.Ack = binary.BigEndian.Uint32(b[8:])
	if len(b) >= 14 {
		t.TCPFlags = binary.BigEndian.Uint16(b[12:]) & 0x1ff
	}
	if len(b) >= 16 {
		t.Window = uint32(binary.BigEndian.Uint16(b[14:]))
	}
}

// tcp reads the fixed header, as far as it was captured. gopacket's TCP refuses headers that
// are cut, and allocates for more than four options.
func (d *Decoder) tcp(l4 []byte, captured int, h *Headers) {
	if captured >= 20 {
		h.whole(l4)
		return
	}
	d.clipped = true
	h.cut(l4[:max(captured, 0)])
}

// tcpHeader returns the header's length with its options, and without them if it was not
// captured.
func (d *Decoder) tcpHeader(l4 []byte) int {
	if len(l4) < 20 && len(l4) < d.ipLength-d.ipHeader {
		return 20
	}
	return int(nibble(l4, 12)) * 4
}
