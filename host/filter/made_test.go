package filter

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/t2host/t2host/host/capture"
)

// maker makes frames of link types, and of headers, that few captures have.
type maker struct{ *rand.Rand }

// made returns frames of a link type.
func made(link capture.LinkType) (frames []capture.Frame) {
	m := maker{rand.New(rand.NewPCG(uint64(link), 18))}
	for range 150 {
		data := m.frame(link)
		if m.IntN(4) == 0 { // anything, anywhere
			data[m.IntN(min(len(data), 60))] ^= 1 << m.IntN(8)
		}
		f := capture.Frame{Link: link, Data: data, WireLen: uint32(len(data))}
		if m.IntN(10) == 0 {
			f.Data, f.Iface = data[:m.IntN(len(data))], cutHere
		}
		frames = append(frames, f)
	}
	return frames
}

func (m maker) of(list ...[]byte) []byte { return slices.Clone(list[m.IntN(len(list))]) }

func (m maker) frame(link capture.LinkType) []byte {
	kind, packet := m.packet(2)
	snap := append([]byte{0xaa, 0xaa, 3, 0, 0, 0, byte(kind >> 8), byte(kind)}, packet...)
	family := map[uint16]byte{0x0800: 2, 0x86dd: 10}[kind]
	switch link {
	case capture.LinkTypeFDDI:
		return append(append([]byte{0x50}, m.addresses(2)...), snap...)
	case capture.LinkTypeATMRFC1483:
		return snap
	case capture.LinkTypeIEEE80211, capture.LinkTypeIEEE80211Radiotap, capture.LinkTypeIEEE80211Prism, capture.LinkTypeIEEE80211AVS, capture.LinkTypePPI:
		return m.wireless(link, snap)
	case capture.LinkTypeFRelay:
		return append([]byte{0x18, 0x41, 3, m.of([]byte{0xcc, 0x8e, 0x83, 0x81})[m.IntN(4)]}, packet...)
	case capture.LinkTypePFLog:
		header := make([]byte, 64)
		copy(header, []byte{61, family, byte(m.IntN(11)), byte(m.IntN(15)), 'e', 'm', '0'})
		copy(header[20:], "foo")
		header[39], header[43], header[60] = byte(m.IntN(8)), byte(m.IntN(8)), byte(m.IntN(3))
		return append(header, packet...)
	case capture.LinkTypeENC:
		return append([]byte{family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, packet...)
	case capture.LinkTypeJuniperATM1, capture.LinkTypeJuniperEther, capture.LinkTypeJuniperPPPoE:
		return append([]byte{'M', 'G', 'C', byte(m.IntN(4)), 0, 0}, append(m.addresses(4), packet...)...)
	case capture.LinkTypeSymantecFirewall:
		header := make([]byte, 44)
		binary.BigEndian.PutUint16(header[6:], kind)
		return append(header, packet...)
	}
	return m.ethernet(2)
}

func (m maker) addresses(n int) (all []byte) {
	for range n {
		all = append(all, m.of([]byte{1, 2, 3, 4, 5, 6}, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []byte{2, 0, 0, 0, 0, 9})...)
	}
	return all
}

func (m maker) ethernet(depth int) []byte {
	kind, packet := m.packet(depth)
	b := m.addresses(2)
	if m.IntN(4) == 0 {
		b = append(b, 0x81, 0, 0, 100)
	}
	return append(binary.BigEndian.AppendUint16(b, kind), packet...)
}

// packet returns a packet and its EtherType: TCP or UDP, Geneve with what is in it at most depth times, DECnet.
func (m maker) packet(depth int) (kind uint16, packet []byte) {
	if m.IntN(8) == 0 {
		short := []byte{20, 0, 2, 5, 4, 7, 8, 0}
		long := []byte{30, 0, 6, 0, 0, 0xaa, 0, 4, 0, 5, 4, 0, 0, 0xaa, 0, 4, 0, 7, 8, 0, 0}
		b := m.of(short, long)
		if m.IntN(2) == 0 {
			b = slices.Insert(b, 2, 0x81)
		}
		return 0x6003, append(b, make([]byte, 30)...)
	}
	protocol, payload := byte(6), make([]byte, 24)
	binary.BigEndian.PutUint16(payload, uint16(m.IntN(100)))
	binary.BigEndian.PutUint16(payload[2:], 80)
	if m.IntN(3) > 0 && depth > 0 {
		protocol = 17
		binary.BigEndian.PutUint16(payload[2:], 6081)
		options := m.IntN(3)
		payload[8], payload[14], payload[10], payload[11] = byte(options), m.of([]byte{5, 10})[m.IntN(2)], 0x65, 0x58
		payload = append(payload[:16], make([]byte, 4*options)...)
		if m.IntN(2) == 0 {
			payload = append(payload, m.ethernet(depth-1)...)
		} else {
			inside, packet := m.packet(depth - 1)
			binary.BigEndian.PutUint16(payload[10:], inside)
			payload = append(payload, packet...)
		}
	}
	if m.IntN(3) == 0 {
		header := make([]byte, 40)
		header[0], header[6], header[8], header[23] = 0x60, protocol, 0xfe, 1
		header[9] = 0x80
		return 0x86dd, append(header, payload...)
	}
	options := m.IntN(3)
	header := make([]byte, 20+4*options)
	header[0], header[9] = 0x45+byte(options), protocol
	copy(header[12:], []byte{10, 0, 0, 1, 10, 0, 0, 13})
	return 0x0800, append(header, payload...)
}

// wireless returns an 802.11 frame with what its radio says.
func (m maker) wireless(link capture.LinkType, data []byte) []byte {
	control := []byte{m.of([]byte{0x08, 0x88, 0x80, 0x40, 0xd4, 0xc4, 0xb4, 0x48})[m.IntN(8)], byte(m.IntN(4))}
	header := append(control, 0, 0)
	header = append(append(header, m.addresses(3)...), 0, 0)
	quality := control[0]&0x88 == 0x88
	if quality {
		header = append(header, 0, 0)
	}
	var radio []byte
	switch link {
	case capture.LinkTypeIEEE80211Radiotap:
		radio = m.of([]byte{0, 0, 17, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20}, []byte{0, 0, 10, 0, 2, 0, 0, 0, 0x20, 0}, []byte{0, 0, 9, 0, 2, 0, 0, 0, 0}, []byte{0, 0, 8, 0, 0, 0, 0, 0},
			[]byte{0, 0, 12, 0, 2, 0, 0, 0x80, 0, 0, 0, 0})
	case capture.LinkTypePPI:
		radio = m.of([]byte{0, 0, 8, 0, 105, 0, 0, 0}, []byte{0, 0, 12, 0, 105, 0, 0, 0, 1, 0, 0, 0}, []byte{0, 0, 8, 0, 1, 0, 0, 0})
	case capture.LinkTypeIEEE80211AVS:
		radio = []byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 0, 0, 0, 0}
	case capture.LinkTypeIEEE80211Prism:
		if radio = make([]byte, 144); m.IntN(2) == 0 {
			radio = []byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 0, 0, 0, 0}
		}
	}
	padding := make([]byte, m.IntN(2)*(-(len(radio)+len(header))&3))
	return slices.Concat(radio, header, padding, data)
}
