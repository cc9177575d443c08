package decode

// Message is what a packet of ICMP, ICMPv6 or SCTP says of itself. It is zero in packets of
// other protocols.
type Message struct {
	HasType bool  // the type and the code were captured, and this is no later fragment
	Type    uint8 // of the ICMP message (RFC 792, RFC 4443), or of SCTP's first chunk (RFC 9260, 3.2)
	Code    uint8 // of the ICMP message; the flags of SCTP's first chunk
}

// message reads the type and the code at the begin of b, of which captured bytes belong to the
// packet.
func (m *Message) message(b []byte, captured int) {
	if captured >= 2 && len(b) >= 2 {
		*m = Message{HasType: true, Type: b[0], Code: b[1]}
	}
}
