package sdk

import "math/bits"

// field is a column that a plugin may declare, as manifests name it and as wide
// as it is on the wire, in bytes; where values differ in width, that is of their
// lengths.
type field struct {
	name string
	size int
	of   Type // where values differ in width
}

// In the order of the constants.
var (
	packetFields = [...]field{{"time", 8, 0}, {"window", 4, 0}, {"tcpFlags", 1, 0}, {"wireLen", 4, 0}, {"l7Len", 2, 0}, {"padLen", 2, 0}, {"payload", 4, TypeText}}
	endFields    = [...]field{
		{"at", 8, 0},
		{"firstSeen", 8, 0},
		{"lastSeen", 8, 0},
		{"flowInd", 8, 0},
		{"dir", 1, 0},
		{"srcIP", IPSize, 0},
		{"dstIP", IPSize, 0},
		{"srcPort", 2, 0},
		{"dstPort", 2, 0},
		{"proto", 1, 0},
		{"tcpStates", 1, 0},
		{"utcOffset", 4, 0},
		{"flowStat", 8, 0},
		{"opposite", 4, 0},
		{"etherType", 2, 0},
		{"hdrDesc", 4, TypeText | List},
		{"numHdrs", 4, TypeU16 | List},
		{"srcMAC", 4, TypeMAC | List},
		{"dstMAC", 4, TypeMAC | List},
		{"vlanID", 4, TypeU16 | List},
	}
)

// Names are the names of the fields in f, in their order on the wire.
func (f PacketField) Names() []string { return fieldNames(packetFields[:], uint(f)) }

// VecFields are the end fields whose values differ in width.
var VecFields = [...]EndField{HdrDesc, NumHdrs, SrcMAC, DstMAC, VLANID}

// Vec is the column of one of VecFields.
func (e *Ends) Vec(f EndField) *Vec {
	switch f {
	case HdrDesc:
		return &e.HdrDesc
	case NumHdrs:
		return &e.NumHdrs
	case SrcMAC:
		return &e.SrcMAC
	case DstMAC:
		return &e.DstMAC
	}
	return &e.VLANID
}

// Type is that of a field whose values differ in width; 0 of others.
func (f EndField) Type() Type { return endFields[bits.TrailingZeros32(uint32(f))].of }

// Names are the names of the fields in f, in their order on the wire.
func (f EndField) Names() []string { return fieldNames(endFields[:], uint(f)) }

// PacketFieldNamed is the packet field of that name, 0 if there is none.
func PacketFieldNamed(name string) PacketField {
	return PacketField(fieldNamed(packetFields[:], name))
}

// EndFieldNamed is the end field of that name, 0 if there is none.
func EndFieldNamed(name string) EndField { return EndField(fieldNamed(endFields[:], name)) }

func fieldNames(fields []field, set uint) []string {
	var names []string
	for i, f := range fields {
		if set>>i&1 != 0 {
			names = append(names, f.name)
		}
	}
	return names
}

func fieldNamed(fields []field, name string) uint {
	for i, f := range fields {
		if f.name == name {
			return 1 << i
		}
	}
	return 0
}
