package sdk

import (
	"unsafe"

	"github.com/t2host/t2host/sdk/value"
)

// IP is an address of a flow: IPv4, IPv6, or none (of a layer-2 flow), which is the zero value.
// It is comparable, can be a key of maps and tables, and has 17 bytes.
type IP struct {
	version byte // 4, 6, or 0 for none
	bytes   [16]byte
}

// IPv4 returns the IPv4 address in the first four bytes of b.
func IPv4(b [16]byte) IP {
	ip := IP{version: 4}
	copy(ip.bytes[:4], b[:4])
	return ip
}

// IPv6 returns the IPv6 address b.
func IPv6(b [16]byte) IP { return IP{version: 6, bytes: b} }

// Version returns 4, 6, or 0 for no address.
func (ip IP) Version() int { return int(ip.version) }

// Bytes returns the address in network byte order: 4 bytes, 16, or nil for no address.
// netip.AddrFromSlice makes a netip.Addr of it; that package adds 40 kB to a sandboxed plugin.
func (ip IP) Bytes() []byte {
	switch ip.version {
	case 4:
		return ip.bytes[:4:4]
	case 6:
		return ip.bytes[:]
	}
	return nil
}

// Append appends the address as text: dotted, or compressed (RFC 5952), or "-" for none.
func (ip IP) Append(b []byte) []byte {
	return value.AppendIP(b, (*[value.IPSize]byte)(unsafe.Pointer(&ip))[:])
}

// String returns the address as Append writes it.
func (ip IP) String() string { return string(ip.Append(nil)) }

// Fields makes an IP usable as the key of a [Table].
func (ip *IP) Fields(f *TableFields) { Field(f, "ip", ip) }

// AppendWire appends the address as the bytes of a value of type value.IP.
func (ip IP) AppendWire(b []byte) []byte {
	b = append(b, ip.version)
	return append(b, ip.bytes[:]...)
}

// MAC is a link-layer address of six bytes, as on the wire.
type MAC [6]byte

// String returns the address as 00:00:5e:00:53:01.
func (m MAC) String() string { return string(value.AppendMAC(nil, m[:])) }

// appendIPs appends addresses as a column of type value.IP.
func appendIPs(b []byte, v []IP) []byte {
	return append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*value.IPSize)...)
}

// ipFromWire returns the address that AppendWire wrote into the first bytes of b, no address
// if their first is neither 4 nor 6.
func ipFromWire(b []byte) IP {
	_ = b[value.IPSize-1]
	var ip IP
	if b[0] == 4 || b[0] == 6 {
		ip.version = b[0]
		copy(ip.bytes[:], b[1:value.IPSize])
	}
	return ip
}

// An IP has no gaps: in memory it is its bytes on the wire.
var _ [value.IPSize]byte = [unsafe.Sizeof(IP{})]byte{}
