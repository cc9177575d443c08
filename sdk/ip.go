package sdk

import "unsafe"

// IP is an address as it stands in a flow: IPv4, IPv6, or none (layer-2 flows).
// It is comparable, and 17 bytes long here and on the wire.
type IP struct {
	version byte // 4, 6, or 0 for none
	bytes   [16]byte
}

// IPv4 is the address in the first four bytes of b.
func IPv4(b [16]byte) IP {
	ip := IP{version: 4}
	copy(ip.bytes[:4], b[:4])
	return ip
}

// IPv6 is the address b.
func IPv6(b [16]byte) IP { return IP{version: 6, bytes: b} }

// Version is 4, 6, or 0 where there is no address.
func (ip IP) Version() int { return int(ip.version) }

// Bytes is the address in network byte order: 4 bytes, 16, or none where there is
// no address. netip.AddrFromSlice makes a netip.Addr of it, for those who want one:
// that package costs a guest 40 kB.
func (ip IP) Bytes() []byte {
	switch ip.version {
	case 4:
		return ip.bytes[:4:4]
	case 6:
		return ip.bytes[:]
	}
	return nil
}

// Append appends the address as text: dotted, or compressed (RFC 5952), or "-".
func (ip IP) Append(b []byte) []byte {
	switch ip.version {
	case 4:
		return appendIPv4(b, ip.bytes[:4])
	case 6:
		return appendIPv6(b, ip.bytes[:])
	}
	return append(b, '-')
}

func (ip IP) String() string { return string(ip.Append(nil)) }

// Fields makes an IP usable as the key of a [Table].
func (ip *IP) Fields(f *Fields) { f.IP("ip", ip) }

// IPSize is the length of an IP on the wire: version, then 16 bytes.
const IPSize = 17

// AppendWire appends the address as it crosses a border.
func (ip IP) AppendWire(b []byte) []byte {
	b = append(b, ip.version)
	return append(b, ip.bytes[:]...)
}

// IPFromWire is the address that AppendWire wrote into the first IPSize bytes of
// b. Any other version byte than 4 and 6 gives no address.
func IPFromWire(b []byte) IP {
	_ = b[IPSize-1]
	var ip IP
	if b[0] == 4 || b[0] == 6 {
		ip.version = b[0]
		copy(ip.bytes[:], b[1:IPSize])
	}
	return ip
}

// AppendIPs appends addresses as they cross a border.
func AppendIPs(b []byte, v []IP) []byte {
	return append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*IPSize)...)
}

// IPsFromWire gives the addresses that AppendIPs wrote: in the memory of b, but where
// there is a version byte that IPFromWire does not let through.
func IPsFromWire(b []byte) []IP {
	v := unsafe.Slice((*IP)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/IPSize)
	for i := range v {
		if v[i].version != 4 && v[i].version != 6 && v[i] != (IP{}) {
			return ipsFromWire(b)
		}
	}
	return v
}

func ipsFromWire(b []byte) (v []IP) {
	for ; len(b) >= IPSize; b = b[IPSize:] {
		v = append(v, IPFromWire(b))
	}
	return v
}

// An IP has no gaps, so that these bytes are one.
var _ [IPSize]byte = [unsafe.Sizeof(IP{})]byte{}
