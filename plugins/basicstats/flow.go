package basicstats

import (
	"math"

	"github.com/t2host/t2host/sdk"
)

// flow is the state of one direction. Floats are computed in single precision, as in T2
// (docs/reference/records.md#statistics): each conversion rounds, and none may be left out.
type flow struct {
	packets, bytes, padding uint64
	min, max                uint32 // bytes of a packet
	sec                     int64  // time of the last packet, or with basicstats.time_back=zero the latest: seconds since 1970 UTC
	ns                      int32  // and nanoseconds

	size, interval mean
	minIAT, maxIAT float32 // seconds
}

// mean is a running mean, and T2's variance: of each value's distance to the mean
// before it, so that it is larger than that of the values.
type mean struct{ avg, variance float32 }

func (m *mean) add(value, n float32) {
	d := value - m.avg
	m.avg += float32(d / n)
	m.variance += float32(float32(float32(d*d)-m.variance) / n)
}

func (m *mean) deviation() float32 { return float32(math.Sqrt(float64(m.variance))) }

// count adds the batch's packets. It reads columns; a row touches its own flow only.
func (t *basicstats) count(p *sdk.Packets) {
	times, lengths, pads := p.Time[:p.N], p.L7Len[:p.N], p.PadLen[:p.N]
	var sec, begin int64 // the last packet's second, and when it began
	for i, slot := range p.Flow[:p.N] {
		ns := times[i] - begin
		if uint64(ns) >= 1e9 { // a division is slow, and most packets share a second
			var rest int32
			sec, rest = split(times[i])
			ns = int64(rest)
			begin = times[i] - ns
		}
		f := t.flows.At(slot)
		nowSec, nowNs := sec, int32(ns)
		if (nowSec < f.sec || nowSec == f.sec && nowNs < f.ns) && f.packets > 0 && !t.wrap {
			nowSec, nowNs = f.sec, f.ns
		}
		f.add(nowSec, nowNs, lengths[i], pads[i])
	}
}

func (f *flow) add(sec int64, ns int32, length uint32, pad uint16) {
	if f.packets == 0 {
		*f = flow{min: math.MaxUint32, sec: sec, ns: ns, minIAT: 4e12}
		f.size.avg = float32(length)
	}
	f.packets++
	f.bytes += uint64(length)
	f.padding += uint64(pad)
	f.min, f.max = min(f.min, length), max(f.max, length)
	n := float32(f.packets)
	f.size.add(float32(length), n)
	// Seconds wrap, as in T2: a step backwards, which only basicstats.time_back=wrap lets come
	// here, is one of 136 years.
	iat := float32(float64(float32(uint32(sec-f.sec))) + float64(float32(ns-f.ns))/1e9)
	f.sec, f.ns = sec, ns
	if iat < f.minIAT { // min would look for NaN and signs of zero, with a call in a guest
		f.minIAT = iat
	}
	if iat > f.maxIAT {
		f.maxIAT = iat
	}
	f.interval.add(iat, n)
}

// split returns whole seconds, rounded down, and nanoseconds.
func split(time int64) (sec int64, ns int32) {
	sec, rest := time/1e9, time%1e9
	if rest < 0 {
		sec, rest = sec-1, rest+1e9
	}
	return sec, int32(rest)
}

// ends writes the batch's columns: as slices, since a call for each of 17 cells costs more in a guest than what is written.
func (t *basicstats) ends(e sdk.EndRows) error {
	c := t.all(e)
	var none flow
	for i, slot := range e.Flow[:e.N] {
		f, other := t.flows.At(slot), &none // without an opposite
		switch opposite := e.Opposite[i]; {
		case opposite == sdk.NoFlow:
		case opposite == t.opened: // this is B
			other, t.opened = &t.other, sdk.NoFlow
		default:
			other = t.flows.At(opposite)
			t.other, t.opened = *f, slot
		}
		pktps, bytps := f.rates(e.LastSeen[i] - e.FirstSeen[i])
		avg := float32(f.bytes) / float32(f.packets)
		c.pktsSnt[i], c.pktsRcvd[i] = f.packets, other.packets
		c.padBytesSnt[i] = int64(f.padding)
		c.l7BytesSnt[i], c.l7BytesRcvd[i] = f.bytes, other.bytes
		c.minL7PktSz[i], c.maxL7PktSz[i] = f.min, f.max
		c.avgL7PktSz[i], c.stdL7PktSz[i] = avg, f.size.deviation()
		c.minIAT[i], c.maxIAT[i] = f.minIAT, f.maxIAT
		c.avgIAT[i], c.stdIAT[i] = f.interval.avg, f.interval.deviation()
		c.pktps[i], c.bytps[i] = pktps, bytps
		c.pktAsm[i], c.bytAsm[i] = asymmetry(f.packets, other.packets), asymmetry(f.bytes, other.bytes)
		if e.Opposite[i] == sdk.NoFlow && e.FlowStat[i]&inverted != 0 { // it came from the server
			c.pktAsm[i] = -c.pktAsm[i]
		}
		t.talkers.add(e, i, f, avg, bytps)
		*f = none
	}
	return nil
}

// rates returns packets and bytes per second, 0 for a flow without a duration. Seconds wrap as
// in T2.
func (f *flow) rates(duration int64) (packets, bytes float32) {
	if duration == 0 {
		return 0, 0
	}
	sec, ns := split(duration)
	d := float32(float64(uint32(sec)) + float64(ns)/1e9)
	return float32(f.packets) / d, float32(f.bytes) / d
}

const (
	inverted = 0x1 // of flowStat: the server's side
	layer2   = 0x4 // a layer-2 flow
)

func asymmetry(a, b uint64) float32 {
	if a+b == 0 {
		return 0
	}
	return float32(float32(a)-float32(b)) / float32(a+b)
}
