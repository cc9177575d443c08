package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// UnknownWindow is the scaled window of a packet whose scale or window is not known.
const UnknownWindow = 1<<32 - 1

// What a flow's scale is: of its SYN's window scale option.
const (
	noSYN    = iota // its SYN was not seen
	unscaled        // it had no such option
	scaled          // the shift is scale less this
)

// maxShift is the largest shift of a window (RFC 7323, 2.3).
const maxShift = 14

// ScaledWindow returns the window of the TCP packet h of the flow f in bytes, by the scale of both
// sides' SYNs (RFC 7323, 2.3), or UnknownWindow. It must be called for each TCP packet in order,
// after Packet.
func (t *Table) ScaledWindow(f *Flow, h *decode.Headers, x *decode.Fields) uint32 {
	if h.FragOffset || h.Window == decode.NoWindow {
		return UnknownWindow
	}
	if h.TCPFlags&syn != 0 {
		f.scale = unscaled
		if x.TCPWScale != decode.NoWScale {
			f.scale = scaled + min(x.TCPWScale, maxShift)
		}
		return h.Window // a SYN's is not scaled
	}
	switch peer := t.peerScale(f); {
	case f.scale == noSYN, peer == noSYN:
		return UnknownWindow
	case f.scale == unscaled, peer == unscaled:
		return h.Window
	}
	return h.Window << (f.scale - scaled)
}

func (t *Table) peerScale(f *Flow) uint8 {
	if f.opposite == none {
		return noSYN
	}
	return t.Flow(f.opposite).scale
}
