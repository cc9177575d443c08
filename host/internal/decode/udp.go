package decode

import "encoding/binary"

// tunnels is a set of tunnels that use a port.
type tunnels uint16

const (
	tunnelAYIYA tunnels = 1 << iota
	tunnelGTP
	tunnelVXLAN
	tunnelGeneve
	tunnelCAPWAP
	tunnelLWAPP
	tunnelL2TP
	tunnelMPLS
	tunnelGUE
	tunnelGRE
	tunnelLISP
	tunnelSealed // what nobody can read without a key
)

const (
	portL2TP     = 1701
	portSSDP     = 1900
	portTeredo   = 3544
	portUDPEncap = 4500
	portGPE      = 4790
	portCAPWAP   = 5247 // its data
	portLWAPP    = 12223

	portCAPWAPControl = 5246
	portGTPControl    = 2123
)

// tunnelPort returns the tunnels that are looked for on a port
// (docs/reference/decoding.md#tunnels-by-port).
func tunnelPort(port uint16) tunnels {
	switch port {
	case 5072:
		return tunnelAYIYA
	case portGTPControl, 2152, 3386:
		return tunnelGTP
	case 4789, portGPE, 8472:
		return tunnelVXLAN
	case 6081:
		return tunnelGeneve
	case portCAPWAPControl, portCAPWAP:
		return tunnelCAPWAP
	case 12222, portLWAPP:
		return tunnelLWAPP
	case portL2TP:
		return tunnelL2TP
	case 6635:
		return tunnelMPLS
	case 6080:
		return tunnelGUE
	case 4754:
		return tunnelGRE
	case 4341:
		return tunnelLISP
	case 1194, 51820, 4755, 6636: // OpenVPN, WireGuard, GRE and MPLS over DTLS
		return tunnelSealed
	}
	return 0
}

// other reports whether one port is the tunnel's and the other one above 1024.
func other(h *Headers, t tunnels) bool {
	src, dst := h.Key.SrcPort, h.Key.DstPort
	return tunnelPort(src)&t != 0 && dst > 1024 || tunnelPort(dst)&t != 0 && src > 1024
}

// udp reads the header of RFC 768 (or RFC 3828) and the payloads that T2 looks for after it.
func (d *Decoder) udp(data []byte, off, captured int, keep bool, h *Headers) place {
	src, dst := h.Key.SrcPort, h.Key.DstPort
	payload := off + 8
	t := tunnelPort(src) | tunnelPort(dst)
	if t != 0 && src != 0 && dst != 0 {
		if p, ok := d.udpTunnel(data, payload, captured, t, h); ok {
			return p
		}
	}
	b := after(data, payload)
	if len(b) >= 3 && mayBeTeredo(src, dst, b) {
		if p, ok := d.teredo(data, payload, h); ok {
			return p
		}
	}
	if t != 0 {
		d.unopenedTunnel(t, captured, h)
	}
	d.keepPorts(keep, h)
	if !keep { // the IP length has no room for a payload
		return stop
	}
	if len(b) >= 3 && isDTLS(b) {
		d.dtls(b, h)
	}
	switch {
	case src == portSSDP || dst == portSSDP:
		d.ssdp(h)
	case src == portUDPEncap || dst == portUDPEncap:
		d.udpEncap(data, off, h)
	}
	return stop
}

// udpTunnel tries the tunnels of both ports in T2's order.
func (d *Decoder) udpTunnel(data []byte, off, captured int, t tunnels, h *Headers) (p place, ok bool) {
	if t&tunnelAYIYA != 0 && other(h, tunnelAYIYA) && captured >= 8+8 {
		p, ok = d.ayiya(data, off, h)
	}
	if h.Key.Proto != protoUDP || ok {
		return p, ok
	}
	if t&tunnelGTP != 0 && other(h, tunnelGTP) {
		p, ok = d.gtp(data, off, h)
	}
	if !ok && t&tunnelVXLAN != 0 && (tunnelPort(h.Key.DstPort) == tunnelVXLAN || h.Key.DstPort > 1024) {
		p, ok = d.vxlan(data, off, h)
	}
	if !ok && t&tunnelGeneve != 0 && other(h, tunnelGeneve) {
		p, ok = d.geneve(data, off, h)
	}
	if !ok && t&tunnelCAPWAP != 0 && other(h, tunnelCAPWAP) {
		p, ok = d.capwap(data, off, h)
	}
	if !ok && t&tunnelLWAPP != 0 && other(h, tunnelLWAPP) {
		p, ok = d.lwapp(data, off, h)
	}
	if !ok && t&tunnelL2TP != 0 {
		p, ok = d.l2tp(data, off, h)
	}
	if !ok && t&(tunnelMPLS|tunnelGUE|tunnelGRE|tunnelLISP) != 0 && !d.AsT2 {
		p, ok = d.laterTunnel(data, off, h)
	}
	return p, ok
}

// stopped ends dissection: the tunnel's payload is not decoded, and its packet is not plain UDP.
func stopped(h *Headers) (place, bool) {
	h.FlowStat |= Stopped
	return stop, true
}

// isDTLS reports whether b begins with a record's header (RFC 6347, 4.1; RFC 4347), as T2
// tells it: a type of content, and version 1.2, 1.0 or that of the drafts.
func isDTLS(b []byte) bool {
	v := binary.BigEndian.Uint16(b[1:])
	return b[0]-0x14 <= 0x3f-0x14 && (v == 0xfefd || v == 0xfeff || v == 0x0100)
}

// dtls puts each record on the stack.
func (d *Decoder) dtls(b []byte, h *Headers) {
	h.FlowStat |= DTLS
	for len(b) >= 3 && isDTLS(b) {
		if b[2] == 0xfd {
			d.add(pieceDTLS12)
		} else {
			d.add(pieceDTLS10)
		}
		if len(b) < 13 {
			return
		}
		b = after(b, 13+int(binary.BigEndian.Uint16(b[11:])))
	}
}

// ssdp adds the name of UPnP's discovery; as in T2 one port is enough.
func (d *Decoder) ssdp(h *Headers) {
	if src, dst := h.Key.SrcPort, h.Key.DstPort; src == portSSDP && dst > 1024 || dst == portSSDP && src > 1024 {
		d.add(pieceSSDP)
		h.FlowStat |= UPnP
	}
}

// udpEncap adds the names of IPsec in UDP (RFC 3948, 2), over IPv4 as in T2: a keep-alive of
// one byte, IKE after four zero bytes, or ESP.
func (d *Decoder) udpEncap(data []byte, off int, h *Headers) {
	if h.Key.Kind != IPv4 {
		return
	}
	d.add(pieceUDPEncap)
	length := binary.BigEndian.Uint16(d.head(data, off+4, 2))
	first := d.head(data, off+8, 1)[0]
	switch {
	case length == 9 && first == 0xff:
	case binary.BigEndian.Uint32(d.head(data, off+8, 4)) != 0:
		d.add(pieceESP)
		h.FlowStat |= ESP
		d.unopened = HeaderCount{Kind: UDPPortNumber, Number: portUDPEncap}
	default:
		d.add(pieceISAKMP)
	}
}
