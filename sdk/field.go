package sdk

// field is a column that a plugin may declare, as manifests name it and as wide
// as it is on the wire, in bytes.
type field struct {
	name string
	size int
}

// In the order of the constants.
var (
	packetFields = [...]field{{"time", 8}, {"window", 4}, {"tcpFlags", 1}, {"wireLen", 4}}
	endFields    = [...]field{
		{"at", 8},
		{"firstSeen", 8},
		{"lastSeen", 8},
		{"flowInd", 8},
		{"dir", 1},
		{"srcIP", IPSize},
		{"dstIP", IPSize},
		{"srcPort", 2},
		{"dstPort", 2},
		{"proto", 1},
		{"tcpStates", 1},
		{"utcOffset", 4},
	}
)

// Names are the names of the fields in f, in their order on the wire.
func (f PacketField) Names() []string { return fieldNames(packetFields[:], uint(f)) }

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
