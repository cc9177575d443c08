package filter

import (
	"errors"

	"github.com/t2host/t2host/host/capture"
)

// Bits of 802.11's frame control (IEEE 802.11, 9.2.4.1): of its first byte, and of its second one.
const (
	frameType, frameSubtype     = 0x0c, 0xf0
	controlFrame, dataFrame     = 0x04, 0x08
	qualityOfService            = 0x80 // of a data frame: two bytes more
	clearToSend, acknowledgment = 0xc0, 0xd0
	toDS, fromDS                = 1, 2
)

// wireless is the layout of 802.11 frames. A radio's header may come first; its length is in it.
func (l *layout) wireless() {
	l.family, l.network, l.iso = wireless, 8, 3
	at := func(offset uint32) place { return place{at: offset} }
	operation := func(op string, a, b *value) *value { return &value{op: op, a: a, b: b} }
	little := operation("|", operation("<<", load(at(3), 1), constant(8)), load(at(2), 1))
	switch l.link {
	case capture.LinkTypePPI: // what is in it is not always 802.11
		const inside = 105
		l.all = equal(load(at(4), 4), inside<<24)
		l.header.cell = l.begin(little)
	case capture.LinkTypeIEEE80211Radiotap:
		l.header.cell = l.begin(little)
	case capture.LinkTypeIEEE80211AVS:
		l.header.cell = l.begin(load(at(4), 4))
	case capture.LinkTypeIEEE80211Prism: // or AVS's, by a magic number
		const prismLength = 144
		l.header.cell = l.begin(constant(prismLength))
		l.starts[0] = either(both(masked(load(at(0), 4), 0x80211000, 0xfffff000), assign(l.header.cell, load(at(4), 4))), l.starts[0])
	}
	const header, quality = 24, 2
	cell := l.begin(offset(l.header.plus(header)))
	l.payload.cell, l.kind.cell = cell, cell
	longer := func(v *value, when ...*condition) {
		last := &l.starts[len(l.starts)-1]
		*last = both(*last, either(inverse(both(when...)), assign(cell, v)))
	}
	data := []*condition{compare(jumpSet, load(l.header, 1), dataFrame), inverse(compare(jumpSet, load(l.header, 1), controlFrame))}
	longer(offset(l.payload.plus(quality)), append(data, compare(jumpSet, load(l.header, 1), qualityOfService))...)
	if l.link == capture.LinkTypeIEEE80211Radiotap { // flags say whether the header is padded to 4 bytes
		const hasTime, hasFlags, more, padded = 0x01000000, 0x02000000, 0x80, 0x20
		present := func(bit uint32) *condition { return compare(jumpSet, load(at(4), 4), bit) }
		flags := func(offset uint32) *condition { return compare(jumpSet, load(at(offset), 1), padded) }
		longer(operation("&", offset(l.payload.plus(3)), constant(^uint32(3))),
			append(data, present(hasFlags), inverse(present(more)), either(both(present(hasTime), flags(16)), both(inverse(present(hasTime)), flags(8))))...)
	}
}

// dataFrame is the test of a frame that has LLC; nil if all have it.
func (l *layout) dataFrame() *condition {
	if l.family != wireless {
		return nil
	}
	return both(inverse(compare(jumpSet, load(l.header, 1), controlFrame)), compare(jumpSet, load(l.header, 1), dataFrame))
}

// stationAddress are the words for 802.11's addresses, which are at the place of a direction.
var stationAddress = set("addr1", "addr2", "addr3", "addr4", "ra", "ta")

// station returns the test of addresses of 802.11: which of the four is the source and the destination depends on the frame.
func (g *generator) station(dir string, test func(at place) *condition) (*condition, error) {
	const first, second, third, fourth = 4, 10, 16, 24
	at := func(offset uint32) *condition { return test(g.header.plus(offset)) }
	control := func(mask uint32) *condition { return compare(jumpSet, load(g.header, 1), mask) }
	way := func(bit uint32) *condition { return compare(jumpSet, load(g.header.plus(1), 1), bit) }
	frames := masked(load(g.header, 1), controlFrame, frameType)
	short := both(frames, either(masked(load(g.header, 1), clearToSend, frameSubtype), masked(load(g.header, 1), acknowledgment, frameSubtype)))
	switch dir {
	case "addr1":
		return at(first), nil
	case "addr2":
		return both(inverse(short), at(second)), nil
	case "addr3":
		return both(inverse(frames), at(third)), nil
	case "addr4":
		return both(masked(load(g.header.plus(1), 1), toDS|fromDS, toDS|fromDS), at(fourth)), nil
	case "ra":
		return both(control(dataFrame), at(first)), nil
	case "ta":
		return both(control(dataFrame), inverse(short), at(second)), nil
	}
	management := func(c *condition) *condition { return both(inverse(control(dataFrame)), c) }
	source := both(inverse(control(controlFrame)), either(
		management(at(second)),
		both(control(dataFrame), either(
			both(inverse(way(fromDS)), at(second)),
			both(way(fromDS), either(both(inverse(way(toDS)), at(third)), both(way(toDS), at(fourth))))))))
	destination := both(inverse(control(controlFrame)), either(
		management(at(first)),
		both(control(dataFrame), either(both(inverse(way(toDS)), at(first)), both(way(toDS), at(third))))))
	return directed(dir, source, destination), nil
}

// frameTypes and frameSubtypes are the names after type and subtype, as bits of the first byte; frameWays those after dir.
var (
	frameTypes    = map[string]uint32{"mgt": 0, "management": 0, "ctl": controlFrame, "control": controlFrame, "data": dataFrame}
	frameSubtypes = map[uint32]map[string]uint32{
		0: {
			"assocreq": 0x00, "assoc-req": 0x00, "assocresp": 0x10, "assoc-resp": 0x10, "reassocreq": 0x20, "reassoc-req": 0x20, "reassocresp": 0x30, "reassoc-resp": 0x30,
			"probereq": 0x40, "probe-req": 0x40, "proberesp": 0x50, "probe-resp": 0x50, "beacon": 0x80, "atim": 0x90, "disassoc": 0xa0, "disassociation": 0xa0,
			"auth": 0xb0, "authentication": 0xb0, "deauth": 0xc0, "deauthentication": 0xc0,
		},
		controlFrame: {"ps-poll": 0xa0, "rts": 0xb0, "cts": clearToSend, "ack": acknowledgment, "cf-end": 0xe0, "cf-end-ack": 0xf0},
		dataFrame: {
			"data": 0x00, "data-cf-ack": 0x10, "data-cf-poll": 0x20, "data-cf-ack-poll": 0x30, "null": 0x40, "cf-ack": 0x50, "cf-poll": 0x60, "cf-ack-poll": 0x70,
			"qos-data": 0x80, "qos-data-cf-ack": 0x90, "qos-data-cf-poll": 0xa0, "qos-data-cf-ack-poll": 0xb0, "qos": 0xc0, "qos-cf-poll": 0xe0, "qos-cf-ack-poll": 0xf0,
		},
	}
	frameWays = map[string]uint32{"nods": 0, "tods": toDS, "fromds": fromDS, "dstods": toDS | fromDS}
)

// frameControl returns the test of a frame's type, of its subtype, or of its way through the distribution system.
func (g *generator) frameControl(s *special) (*condition, error) {
	if g.family != wireless || g.link == capture.LinkTypePPI {
		return nil, errors.New("is for 802.11")
	}
	switch s.word {
	case "dir":
		return masked(load(g.header.plus(1), 1), *s.number, toDS|fromDS), nil
	case "type":
		return masked(load(g.header, 1), *s.number, frameType), nil
	}
	return masked(load(g.header, 1), *s.number, frameType|frameSubtype), nil
}
