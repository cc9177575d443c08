// Package field names what a plugin may read of packets and of flow ends: the
// arguments of sdk.TCP, sdk.All and sdk.End.
//
// The names come from one table, sdk/internal/fields, by go generate ./sdk.
package field

import (
	"math/bits"

	"github.com/t2host/t2host/sdk/value"
)

// Rows selects the packets that are rows of a batch.
type Rows uint8

// The selections of packets.
const (
	NoRows  Rows = iota
	TCPRows      // TCP packets that have a flow; of a fragmented one the first fragment
	AllRows      // packets that have a flow
)

// column is a field as manifests name it and as wide as it is on the wire.
type column struct {
	name string
	size int        // bytes of a value; of one without a fixed width, of its length
	of   value.Type // if it has no fixed width
}

// Names returns the names of the fields in f, in their order on the wire.
func (f Packet) Names() []string { return names(packetColumns[:], uint64(f)) }

// Names returns the names of the fields in f, in their order on the wire.
func (f Flow) Names() []string { return names(endColumns[:], uint64(f)) }

// Size returns the bytes of a row's values of the fields in f on the wire, without the
// bytes of values that have no fixed width.
func (f Packet) Size() int { return size(packetColumns[:], uint64(f)) }

// Size returns the bytes of a flow end's values of the fields in f on the wire, without the
// bytes of values that have no fixed width.
func (f Flow) Size() int { return size(endColumns[:], uint64(f)) }

// Number reports whether f is one field whose values are whole numbers.
func (f Packet) Number() bool {
	i := bits.TrailingZeros64(uint64(f))
	return bits.OnesCount64(uint64(f)) == 1 && i < len(packetColumns) && packetColumns[i].of == 0 && packetColumns[i].size != 6
}

// Type returns the type of one field if its values have no fixed width, else 0.
func (f Flow) Type() value.Type { return endColumns[bits.TrailingZeros64(uint64(f))].of }

// PacketNamed returns the packet field with that name, or 0 if there is none.
func PacketNamed(name string) Packet { return Packet(named(packetColumns[:], name)) }

// FlowNamed returns the field of flows with that name, or 0 if there is none.
func FlowNamed(name string) Flow { return Flow(named(endColumns[:], name)) }

func names(columns []column, set uint64) []string {
	var names []string
	for i, c := range columns {
		if set>>i&1 != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

func size(columns []column, set uint64) int {
	n := 0
	for i, c := range columns {
		if set>>i&1 != 0 {
			n += c.size
		}
	}
	return n
}

func named(columns []column, name string) uint64 {
	for i, c := range columns {
		if c.name == name {
			return 1 << i
		}
	}
	return 0
}
