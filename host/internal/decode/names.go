package decode

import (
	"fmt"
	"math/bits"
)

// T2's names of numbers (docs/reference/decoding.md#names-of-numbers), a table for each kind.
var (
	protoNames = [256]string{
		0: "ipv6.hopopts", 1: "icmp", 2: "igmp", 4: "ipv4", 6: "tcp", 8: "egp", 9: "igp", 17: "udp", 33: "dccp", 36: "xtp",
		37: "ddp", 41: "ipv6", 43: "ipv6.routing", 44: "ipv6.fraghdr", 45: "idrp", 46: "rsvp", 47: "gre", 48: "dsr", 50: "esp",
		51: "ah", 53: "swipe", 54: "nhrp", 58: "icmpv6", 60: "ipv6.dstopts", 80: "osi", 83: "vines", 88: "eigrp", 89: "ospf",
		93: "ax25", 97: "etherip", 103: "pim", 108: "ipcomp", 112: "vrrp", 113: "pgm", 115: "l2tp", 132: "sctp",
		134: "rsvp-e2ei", 135: "mipv6", 136: "udplite", 137: "mpls", 139: "hip", 140: "shim6",
	}
	typeNames = map[uint16]string{
		0x0000: "wlccp", 0x00bb: "edp", 0x0104: "pagp", 0x010b: "stp", 0x0111: "udld", 0x01a1: "ndp", 0x01a2: "ndp",
		0x0600: "idp", 0x0800: "ipv4", 0x0806: "arp", 0x0bad: "vines_ip", 0x2000: "cdp", 0x2001: "cgmp", 0x2003: "vtp",
		0x2004: "dtp", 0x6002: "dec_mop", 0x6003: "dec_dna", 0x6004: "lat", 0x6558: "eth", 0x8021: "ipcp", 0x8035: "rarp",
		0x8038: "dec_stp", 0x809b: "ddp", 0x80f3: "aarp", 0x80fd: "ccp", 0x8100: "vlan", 0x8137: "ipx", 0x86dd: "ipv6",
		0x872d: "wlccp", 0x8809: "slow", 0x880b: "ppp", 0x883e: "wccp", 0x8847: "mpls", 0x8848: "mpls", 0x8863: "pppoed",
		0x8864: "pppoes", 0x886f: "msnlb", 0x8870: "llc", 0x888e: "eapol", 0x8899: "realtek", 0x88a2: "aoe", 0x88a8: "vlan",
		0x88bb: "lwapp", 0x88be: "erspan", 0x88cc: "lldp", 0x88f7: "ptp", 0x8902: "cfm", 0x8906: "fcoe", 0x890d: "wlan",
		0x9000: "loop", 0x9100: "vlan", 0x9200: "vlan", 0xc021: "lcp", 0xc029: "cbcp", 0xc223: "chap",
	}
	sapNames = [256]string{ // of destination service access points
		0x04: "sna", 0x08: "sna", 0x0c: "sna", 0x10: "ipx", 0x14: "osi", 0x20: "osi", 0x34: "osi", 0x40: "sna", 0x42: "stp",
		0x54: "osi", 0x7e: "x25", 0x80: "3comxns", 0x82: "bacnet", 0xbc: "vines_llc", 0xc8: "sna", 0xe0: "ipx",
		0xf0: "netbios", 0xf8: "hpext", 0xfc: "rpl", 0xfe: "osi",
	}
	pppNames = map[uint16]string{
		0x0021: "ipv4", 0x0023: "osi", 0x003d: "ppp", 0x0057: "ipv6", 0x00fd: "comp_data", 0x0207: "cdp", 0x0281: "mpls",
		0x0283: "mpls", 0x8021: "ipcp", 0x80fd: "ccp", 0xc021: "lcp", 0xc023: "pap", 0xc223: "chap",
	}
)

func protoName(proto uint8) string {
	if name := protoNames[proto]; name != "" {
		return name
	}
	return fmt.Sprintf("UNK(%d)", proto)
}

func typeName(t uint16) string {
	if name := typeNames[t]; name != "" {
		return name
	}
	return fmt.Sprintf("UNK(0x%04x)", t)
}

func sapName(sap uint8) string {
	if name := sapNames[sap]; name != "" {
		return name
	}
	return fmt.Sprintf("UNK(0x%02x)", sap)
}

// pppName returns the name of an unknown protocol with its bytes swapped, as T2 shows it.
func pppName(proto uint16) string {
	if name := pppNames[proto]; name != "" {
		return name
	}
	return fmt.Sprintf("UNK(0x%04x)", bits.ReverseBytes16(proto))
}

// The four functions below put a header that is not opened on the stack. One without a name
// ends the dissection.

func (d *Decoder) addProto(proto uint8, h *Headers) {
	if proto == protoNoNext {
		return
	}
	d.add(familyProto | piece(proto))
	if protoNames[proto] == "" {
		h.FlowStat |= Stopped
	}
	if carriesPackets(proto) {
		d.unopenedProto(proto)
	}
}

func (d *Decoder) addType(t uint16, h *Headers) {
	d.add(familyType | piece(t))
	if t == 0x8906 { // Fibre Channel over Ethernet
		d.add(pieceFC)
	}
	if typeNames[t] == "" {
		h.FlowStat |= Stopped
	}
	if carriesFrames(t) {
		d.unopened = HeaderCount{Kind: EtherTypeNumber, Number: t}
	}
}

func (d *Decoder) addSAP(sap uint8, h *Headers) {
	switch sap {
	case 0x00, 0x01, 0x02, 0x06, 0xaa, 0xff: // the LLC header says it all
		return
	}
	d.add(familySAP | piece(sap))
	if sapNames[sap] == "" {
		h.FlowStat |= Stopped
	}
}

func (d *Decoder) addPPP(proto uint16, h *Headers) {
	d.add(familyPPP | piece(proto))
	if proto == pppMultilink {
		d.add(pieceMultilink)
	}
	if pppNames[proto] == "" {
		h.FlowStat |= Stopped
	}
}
