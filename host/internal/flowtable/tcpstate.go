package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// tcpState is the state of one direction, as T2's plugin tcpStates keeps it
// (docs/reference/flows.md#tcp-states).
type tcpState uint8

const (
	stateNew tcpState = iota
	stateEstablished
	stateClosing
	stateClosed
	stateReset
)

// Bits of Flow.marks.
const (
	synSeen = 1 << iota
	synAcked
	finSeen
	finAcked
	finScan
	replied // a packet came after one of the opposite's: see Flow.reply
	talked  // a packet that is no part of a handshake: see Flow.progress
	synISN  // isn is that of a SYN
)

// Bits of Flow.TCPStates.
const (
	badEstablishment = 0x01
	badTeardown      = 0x02
	badFlags         = 0x04
	afterTeardown    = 0x08
	afterReset       = 0x10
	resetSent        = 0x40
	suspicious       = 0x80
)

const (
	fin = 0x01
	syn = 0x02
	rst = 0x04
	ack = 0x10
)

func (f *Flow) enter(s tcpState, timeout uint8) { f.state, f.timeout = s, timeout }

// acks reports whether h acknowledges exactly the sequence number seq. The sum has 64 bits as
// in T2: 0xffffffff is never acknowledged.
func acks(h *decode.Headers, seq uint32) bool { return uint64(h.Ack) == uint64(seq)+1 }

// tcpPacket moves the states of f and its opposite by one packet of f.
func (t *Table) tcpPacket(f *Flow, h *decode.Headers) {
	if f.state == stateEstablished && h.TCPFlags&(ack|rst|syn|fin) == ack {
		return // most packets: nothing changes, and the opposite need not be read
	}
	var o *Flow
	if f.opposite != none {
		o = t.Flow(f.opposite)
	}
	if x := h.TCPFlags & 0x3f; x == 0 || x == 0x29 {
		f.TCPStates |= suspicious
	}
	switch f.state {
	case stateNew:
		packetNew(f, o, h)
	case stateEstablished:
		packetEstablished(f, o, h)
	case stateClosing:
		packetClosing(f, o, h)
	case stateClosed:
		f.TCPStates |= afterTeardown
		resetBy(f, o, h)
	case stateReset:
		f.TCPStates |= afterReset
	}
}

func packetNew(f, o *Flow, h *decode.Headers) {
	switch flags := h.TCPFlags & (ack | rst | syn | fin); {
	case flags&(syn|fin|rst) == syn:
		f.marks |= synSeen
		f.synSeq = h.Seq
		f.timeout = handshake
		if flags&ack != 0 {
			if o != nil && acks(h, o.synSeq) {
				o.marks |= synAcked
			} else {
				establish(f, o, badEstablishment)
			}
		}
	case o != nil && flags == ack:
		if !acks(h, o.synSeq) {
			establish(f, o, badEstablishment)
			break
		}
		o.marks |= synAcked
		if f.marks&synAcked != 0 {
			establish(f, o, 0)
		}
	case o != nil && flags == rst|ack:
		f.TCPStates |= resetSent
		f.enter(stateReset, reset)
		o.enter(stateReset, reset)
	case flags&rst != 0:
		f.TCPStates |= resetSent | badEstablishment
		f.enter(stateReset, reset)
		if o != nil {
			o.TCPStates |= badEstablishment
			o.enter(stateReset, reset)
		} else {
			f.TCPStates |= suspicious
		}
	case flags == fin|ack:
		finFrom(f, h)
		f.TCPStates |= badEstablishment
		if o != nil {
			o.TCPStates |= badEstablishment
			ackFin(o, h)
		} else {
			f.marks |= finScan
		}
	case flags == fin:
		f.TCPStates |= suspicious
	default:
		establish(f, o, badEstablishment)
	}
}

// establish moves both directions, whatever state the opposite is in.
func establish(f, o *Flow, anomaly uint8) {
	f.TCPStates |= anomaly
	f.enter(stateEstablished, established)
	if o != nil {
		o.TCPStates |= anomaly
		o.enter(stateEstablished, established)
	}
}

func finFrom(f *Flow, h *decode.Headers) {
	f.marks |= finSeen
	f.finSeq = h.Seq
	f.enter(stateClosing, handshake)
}

// ackFin notes that h acknowledges the opposite's FIN.
func ackFin(o *Flow, h *decode.Headers) {
	if h.TCPFlags&ack != 0 && o.marks&finSeen != 0 && acks(h, o.finSeq) {
		o.marks |= finAcked
	}
}

func resetBy(f, o *Flow, h *decode.Headers) {
	if h.TCPFlags&rst == 0 {
		return
	}
	f.TCPStates |= resetSent | badTeardown
	f.enter(stateReset, reset)
	if o != nil {
		o.TCPStates |= badTeardown
		o.enter(stateReset, reset)
	}
}

func packetEstablished(f, o *Flow, h *decode.Headers) {
	if h.TCPFlags&syn != 0 || h.TCPFlags&ack == 0 {
		f.TCPStates |= badFlags
		if o != nil {
			o.TCPStates |= badFlags
		}
	}
	if h.TCPFlags&fin != 0 {
		finFrom(f, h)
		if o != nil {
			ackFin(o, h)
		}
	}
	resetBy(f, o, h)
}

func packetClosing(f, o *Flow, h *decode.Headers) {
	resetBy(f, o, h)
	if o == nil {
		return
	}
	ackFin(o, h)
	const done = finSeen | finAcked
	if f.marks&done == done && o.marks&done == done {
		f.enter(stateClosed, closed)
		o.enter(stateClosed, closed)
	}
}

// finishTCP completes the anomalies at the end of f.
func (t *Table) finishTCP(f, o *Flow) {
	if f.Key.Proto != decode.ProtoTCP || f.Key.Kind == decode.Layer2 || !t.cfg.TCPStates {
		return
	}
	if o == nil {
		f.TCPStates |= badEstablishment | badTeardown
	} else {
		both := f.marks & o.marks
		if both&(synSeen|synAcked) != synSeen|synAcked {
			f.TCPStates |= badEstablishment
		}
		if both&(finSeen|finAcked) != finSeen|finAcked {
			f.TCPStates |= badTeardown
		} else {
			f.marks &^= finScan
			o.marks &^= finScan
		}
	}
	if f.marks&finScan != 0 {
		f.TCPStates |= suspicious
	}
}
