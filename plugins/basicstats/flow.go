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

func (t *basicstats) endFlow(end sdk.EndRow) error {
	f := t.flows.Take(end.Flow())
	var other flow // without an opposite: none
	switch slot := end.Opposite(); {
	case slot == sdk.NoFlow:
	case slot == t.opened: // this is B
		other, t.opened = t.other, sdk.NoFlow
	default:
		other = *t.flows.At(slot)
		t.other, t.opened = f, end.Flow()
	}
	pktps, bytps := f.rates(end.LastSeen() - end.FirstSeen())
	avg := float32(f.bytes) / float32(f.packets)
	t.pktsSnt.Put(end, f.packets)
	t.pktsRcvd.Put(end, other.packets)
	t.padBytesSnt.Put(end, int64(f.padding))
	t.l7BytesSnt.Put(end, f.bytes)
	t.l7BytesRcvd.Put(end, other.bytes)
	t.minL7PktSz.Put(end, f.min)
	t.maxL7PktSz.Put(end, f.max)
	t.avgL7PktSz.Put(end, avg)
	t.stdL7PktSz.Put(end, f.size.deviation())
	t.minIAT.Put(end, f.minIAT)
	t.maxIAT.Put(end, f.maxIAT)
	t.avgIAT.Put(end, f.interval.avg)
	t.stdIAT.Put(end, f.interval.deviation())
	t.pktps.Put(end, pktps)
	t.bytps.Put(end, bytps)
	t.pktAsm.Put(end, packetAsymmetry(end, &f, &other))
	t.bytAsm.Put(end, asymmetry(f.bytes, other.bytes))
	t.talkers.add(end, &f, avg, bytps)
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

// packetAsymmetry returns 1 for a flow without an opposite, or -1 if it came from the server.
func packetAsymmetry(end sdk.EndRow, f, other *flow) float32 {
	a := asymmetry(f.packets, other.packets)
	if end.Opposite() == sdk.NoFlow && end.FlowStat()&inverted != 0 {
		return -a
	}
	return a
}

func asymmetry(a, b uint64) float32 {
	if a+b == 0 {
		return 0
	}
	return float32(float32(a)-float32(b)) / float32(a+b)
}
