// Package decode turns a frame into its headers: the flow that it belongs to
// and the fields of its transport header. It neither allocates nor panics.
package decode

// Kind is the sort of flow that a packet belongs to.
type Kind uint8

// The kinds of flow.
const (
	NoFlow Kind = iota // cannot be told: counted, without a flow
	Layer2             // not IP: Ethernet addresses and EtherType make the flow
	IPv4
	IPv6
)

// Key is the identity of a flow: one direction of a conversation.
// Two keys are the same flow if they are equal as values.
type Key struct {
	// Src and Dst are the addresses: 16 bytes for IPv6, the first 4 for IPv4
	// and the first 6 (a MAC address) for layer-2 flows; the rest is zero.
	Src, Dst [16]byte
	// SrcPort and DstPort are 0 for all but TCP, UDP, UDP-Lite and SCTP.
	SrcPort, DstPort uint16
	EtherType        uint16 // of the IP header, or of the layer-2 payload (LLC: DSAP, SSAP)
	VLAN             uint16 // VLAN identifier (12 bits) of the innermost tag, 0 without
	Proto            uint8  // protocolIdentifier (4), 0 for layer-2 flows
	Kind             Kind
	// Errors tells ICMP's error messages from its other messages. The flow table sets it, not
	// the decoder: whether they are a conversation of their own is a setting.
	Errors bool
}

// Reverse returns the key of the opposite direction.
func (k *Key) Reverse() Key {
	r := *k
	r.Src, r.Dst = k.Dst, k.Src
	r.SrcPort, r.DstPort = k.DstPort, k.SrcPort
	return r
}

// NoWindow is the Window of a TCP packet that was cut before the end of its window field:
// above every window that can be sent (0 to 65535).
const NoWindow = 1 << 16

// Headers is what the host keeps of a frame. Fields that plugins can read have the SDK's names.
type Headers struct {
	Number  uint64 // of the frame, from 1
	Time    int64  // nanoseconds since 1970-01-01 UTC
	WireLen uint32 // bytes
	CapLen  uint32 // bytes

	Key Key

	// Fragmentation: MoreFragments and FragOffset as in the (first) IP header,
	// FragID its identification (IPv4: 16 bits), 0 where not fragmented.
	FragID        uint32
	MoreFragments bool
	FragOffset    bool   // offset is not 0: no transport header here
	IPID          uint16 // identification of the flow's IPv4 header, 0 without one

	TCPHeader
	Message

	// What T2's record shows of a packet (docs/reference/decoding.md).
	FlowStat FlowStat  // bits of the packet
	Stack    uint32    // which headers it has, in order: see Stacks
	L7Len    uint32    // bytes of payload by the headers' lengths (docs/reference/decoding.md#lengths)
	L7Begin  uint32    // where that payload begins in the frame, also where it was not captured
	PadLen   uint16    // bytes of padding, of frames of at most 64 bytes
	MACs     [12]byte  // destination and source of the innermost link-layer header, its first 12 bytes whatever it is
	VLANID   [3]uint16 // of the last run of VLAN tags, outermost first: tag control information, all 16 bits, as T2's vlanID
	NVLANID  uint8     // how many of them hold, 0 to 3

	// Byte13 is the byte at offset 13 after the IP header, whatever it belongs to, or 0 if
	// it was not captured: T2 tells the server's side by it
	// (docs/reference/flows.md#a-new-flow).
	Byte13 uint8
}

// Payload returns the captured part of the payload in the frame's bytes, at most Length.
func (h *Headers) Payload(frame []byte) []byte {
	if int64(h.L7Begin) >= int64(len(frame)) {
		return nil
	}
	p := frame[h.L7Begin:]
	return p[:min(int(h.L7Len), len(p))]
}
