package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// begin notes the sequence numbers of a flow's first packet: isn is that of its SYN, or the one
// before its first, and peerISN the one before what it acknowledges.
func (f *Flow) begin(h *decode.Headers) {
	if !h.TCP {
		return
	}
	f.isn, f.isnKnown = h.Seq-1, true
	if h.TCPFlags&ack != 0 {
		f.peerISN, f.peerKnown = h.Ack-1, true
	}
}

// progress notes a packet of TCP: the handshake is over with one that is no SYN, or never was;
// until then the last SYN counts.
func (f *Flow) progress(h *decode.Headers) {
	if h.TCPFlags&syn == 0 {
		f.marks |= talked
	} else if f.marks&synISN == 0 || f.marks&talked == 0 {
		f.isn, f.isnKnown = h.Seq, true
		f.marks |= synISN
	}
}

// opening reports whether h is a SYN that opens a connection.
func opening(h *decode.Headers) bool { return h.TCPFlags&(syn|ack|rst|fin) == syn }

// inFlight is how far before the first sequence number seen a late SYN's may be: what a sender
// has sent meanwhile.
const inFlight = 1 << 16

// opensAgain reports whether a packet that opens a connection opens a new one between the ends
// of f, which is the packet's flow or its opposite: its sequence number is not that of f's
// connection, and that one has got beyond its handshake. A SYN that was sent again, or that comes
// after what it opened, does not open a new one (RFC 9293, 3.6.1;
// docs/reference/flows.md#a-new-connection).
func (t *Table) opensAgain(f *Flow, h *decode.Headers) bool {
	if !t.cfg.Split {
		return false
	}
	own, opposite := f, (*Flow)(nil)
	if f.opposite != none {
		opposite = t.Flow(f.opposite)
	}
	if f.Key != h.Key {
		own, opposite = opposite, f
	}
	marks, late := uint8(0), uint32(inFlight)
	if own != nil {
		marks = own.marks
		if marks&synISN != 0 {
			late = 1 // nothing but the same SYN
		}
		if own.isnKnown && own.isn-h.Seq < late {
			return false
		}
	}
	if opposite != nil {
		marks |= opposite.marks
		if opposite.peerKnown && opposite.peerISN-h.Seq < late {
			return false
		}
	}
	return marks&talked != 0
}
