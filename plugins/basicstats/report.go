package basicstats

import (
	"strconv"

	"github.com/t2host/t2host/sdk"
)

// talkers are the records of the end report; the first one wins a tie.
type talkers struct {
	load    float32 // the largest mean packet, whole bytes
	rate    float32 // the highest, bytes a second
	packets uint64  // of that record

	l2, l3 talker
}

// talker is the records with most packets and with most bytes.
type talker struct {
	any                    bool
	packets, bytes         uint64
	mostPackets, mostBytes string // their addresses
}

func (t *talkers) add(e sdk.EndRows, i int, f *flow, avg, rate float32) {
	if avg > t.load {
		t.load = float32(uint64(avg)) // T2 keeps the integer
	}
	if rate > t.rate {
		t.rate, t.packets = rate, f.packets
	}
	biggest := &t.l3
	if e.FlowStat[i]&layer2 != 0 {
		biggest = &t.l2
	}
	biggest.any = true
	if f.packets <= biggest.packets && f.bytes <= biggest.bytes {
		return
	}
	name := e.SrcIP[i].String()
	if biggest == &t.l2 {
		name = firstMAC(e.SrcMAC.Bytes(i))
	}
	biggest.add(f, name)
}

func (t *talker) add(f *flow, name string) {
	if f.packets > t.packets {
		t.packets, t.mostPackets = f.packets, name
	}
	if f.bytes > t.bytes {
		t.bytes, t.mostBytes = f.bytes, name
	}
}

const noMAC = "00:00:00:00:00:00"

// firstMAC returns the first address of a list.
func firstMAC(list []byte) string {
	if len(list) < 6 {
		return noMAC
	}
	const digits = "0123456789abcdef"
	var text []byte
	for i, b := range list[:6] {
		if i > 0 {
			text = append(text, ':')
		}
		text = append(text, digits[b>>4], digits[b&15])
	}
	return string(text)
}

func (t *basicstats) report(r *sdk.Report) {
	k := &t.talkers
	r.Line("Flow max(pktload): " + sdk.Count(uint64(k.load)))
	r.Line("Flow max(b/s), pkts: " + bitRate(uint64(8*k.rate)) + ", " + sdk.Count(k.packets))
	if k.l2.mostBytes == "" {
		k.l2.mostBytes = noMAC
	}
	k.l2.lines(r, "L2")
	k.l3.lines(r, "L3")
}

func (t *talker) lines(r *sdk.Report, layer string) {
	if !t.any {
		return
	}
	r.Line("Biggest " + layer + " flow talker: " + t.mostPackets + ": " + sdk.Share(t.packets, r.Packets) + " packets")
	r.Line("Biggest " + layer + " flow talker: " + t.mostBytes + ": " + sdk.Share(t.bytes, r.Bytes) + " bytes")
}

// bitRate formats n as T2 does: "28000 (28.00 Kb/s)".
func bitRate(n uint64) string {
	text := sdk.Count(n)
	if text[len(text)-1] == ')' {
		return text[:len(text)-1] + "b/s)"
	}
	return strconv.FormatUint(n, 10)
}
