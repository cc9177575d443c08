package sdk

import (
	"math/bits"

	"github.com/t2host/t2host/sdk/value"
)

// field is a column that a plugin may declare, as manifests name it and as wide
// as it is on the wire, in bytes; where values differ in width, that is of their
// lengths.
type field struct {
	name string
	size int
	of   value.Type // where values differ in width
}

// Names are the names of the fields in f, in their order on the wire.
func (f PacketField) Names() []string { return fieldNames(packetFields[:], uint(f)) }

// Type is that of a field whose values differ in width; 0 of others.
func (f EndField) Type() value.Type { return endFields[bits.TrailingZeros32(uint32(f))].of }

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
