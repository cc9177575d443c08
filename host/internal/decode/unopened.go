package decode

// What is not opened is counted, so that nobody finds by chance that traffic is missing
// (docs/reference/decoding.md#what-is-not-opened). Of
// EtherTypes and IP protocols those count that have no name here, and those with a name that
// carry packets; a header that was opened is none of them.

func carriesFrames(t uint16) bool {
	switch t {
	case typePPP, typeWCCP, 0x88bb, 0x890d: // LWAPP, 802.11
		return true
	}
	return typeNames[t] == "" && t > maxLength
}

func carriesPackets(proto uint8) bool {
	switch proto {
	case 53, protoESP, 108, protoL2TP, protoMPLS: // swIPe, IPComp
		return true
	}
	return protoNames[proto] == ""
}

// unopenedProto notes that a header of an IP protocol was not opened.
func (d *Decoder) unopenedProto(proto uint8) {
	d.unopened = HeaderCount{Kind: ProtocolNumber, Number: uint16(proto)}
}

// unopenedTunnel notes that a datagram of a port of the tunnels t was not opened by any of
// them. Control messages have ports of their own, but for GTP's and L2TP's.
func (d *Decoder) unopenedTunnel(t tunnels, captured int, h *Headers) {
	const destinationOnly = tunnelMPLS | tunnelGUE | tunnelGRE | tunnelLISP
	src, dst := h.Key.SrcPort, h.Key.DstPort
	t &^= tunnelAYIYA | tunnelGTP | tunnelLWAPP
	if captured > 8 && h.Key.Proto == protoUDP && (other(h, t&^destinationOnly) || tunnelPort(dst)&t&destinationOnly != 0) && src != portCAPWAPControl && dst != portCAPWAPControl {
		d.unopenedPort(h)
	}
}

// unopenedPort notes that a datagram of a tunnel's port was not opened, but for that of GTP's
// control messages.
func (d *Decoder) unopenedPort(h *Headers) {
	port := h.Key.DstPort
	if tunnelPort(port) == 0 {
		port = h.Key.SrcPort
	}
	if port == portGTPControl {
		return
	}
	d.unopened = HeaderCount{Kind: UDPPortNumber, Number: port}
}

// sealed ends dissection at a tunnel's payload that cannot be read.
func (d *Decoder) sealed(h *Headers) (place, bool) {
	d.unopenedPort(h)
	return stopped(h)
}
