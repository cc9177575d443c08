package decode

import "fmt"

// piece is a header's part of a stack's text: a name, the name of a number, or a run of
// several tags.
type piece uint32

// The most frequent pieces; a row has room for these.
const (
	pieceEthernet piece = iota // of the link; a tunnel's is pieceInnerEthernet
	pieceVLAN
	pieceIPv4
	pieceIPv6
	pieceTCP
	pieceUDP
	pieceICMP
	pieceICMPv6
	pieceARP
	pieceLLC
	pieceMPLS
	pieceInnerEthernet
	pieceGRE
	piecePPPoE
	piecePPP
	commonPieces
)

// The other pieces with a constant. A link's header has no colon before it.
const (
	pieceLinkNull piece = commonPieces + iota
	pieceLinkLoop
	pieceLinkRaw
	pieceLinkSLL
	pieceLinkSLL2
	pieceLinkPPP
	pieceLinkCHDLC
	pieceLinkFrameRelay
	pieceLinkWLAN
	pieceLinkRadiotap
	pieceLinkPrism
	pieceLinkJuniper
	pieceLinkSymantec
	pieceLinkFDDI
	pieceLinkNFLOG
	pieceLinkPKTAP
	pieceLinkPPI
	pieceLinkMPacket
	pieceLinkISL

	pieceIPvX
	pieceWLAN
	pieceCHDLC
	pieceSCTP
	pieceUDPLite
	pieceLACP
	pieceMarker
	pieceOAMPDU
	pieceOSSP
	pieceFC
	pieceControlWord
	pieceERSPAN
	pieceCompressed
	pieceMultilink
	pieceWCCP
	pieceEtherIP
	pieceAYIYA
	pieceGTP
	pieceVXLAN
	pieceGPE
	pieceNSH
	pieceGeneve
	pieceCAPWAP
	pieceCAPWAPData
	pieceLWAPP
	pieceL2TP
	pieceTeredo
	pieceDTLS
	pieceDTLS10
	pieceDTLS12
	pieceSSDP
	pieceUDPEncap
	pieceESP
	pieceISAKMP
	pieceDVMRP
	piecePIM
	pieceRGMP
	pieceVNTag
	pieceETag
	pieceHSR
	pieceRTag
	pieceTTag
	pieceCMD
	pieceMACsec
	piecePBB
	pieceFabricPath
	pieceTRILL
	pieceGUE
	pieceLISP
	pieceLinkPFLog
	pieceLinkENC
	pieceLinkATM
	namedPieces
)

// Pieces with a number: the family in the high half, the number in the low one.
const (
	familyProto piece = (iota + 1) << 16
	familyType
	familySAP
	familyPPP
	familyVLAN // the number of tags
	familyMPLS
	familyMore // the number of headers for which the text has no room
)

var pieceNames = [namedPieces]string{
	pieceEthernet:       "eth",
	pieceVLAN:           ":vlan",
	pieceIPv4:           ":ipv4",
	pieceIPv6:           ":ipv6",
	pieceTCP:            ":tcp",
	pieceUDP:            ":udp",
	pieceICMP:           ":icmp",
	pieceICMPv6:         ":icmpv6",
	pieceARP:            ":arp",
	pieceLLC:            ":llc",
	pieceMPLS:           ":mpls",
	pieceInnerEthernet:  ":eth",
	pieceGRE:            ":gre",
	piecePPPoE:          ":pppoes",
	piecePPP:            ":ppp",
	pieceLinkNull:       "null",
	pieceLinkLoop:       "loop",
	pieceLinkRaw:        "raw",
	pieceLinkSLL:        "sll",
	pieceLinkSLL2:       "sll2",
	pieceLinkPPP:        "ppp",
	pieceLinkCHDLC:      "chdlc",
	pieceLinkFrameRelay: "fr",
	pieceLinkWLAN:       "wlan",
	pieceLinkRadiotap:   "radiotap",
	pieceLinkPrism:      "prism",
	pieceLinkJuniper:    "juniper",
	pieceLinkSymantec:   "symantec",
	pieceLinkFDDI:       "fddi",
	pieceLinkNFLOG:      "nflog",
	pieceLinkPKTAP:      "pktap:",
	pieceLinkPPI:        "ppi:",
	pieceLinkMPacket:    "fpp:",
	pieceLinkISL:        "isl:",
	pieceIPvX:           ":ipvx",
	pieceWLAN:           ":wlan",
	pieceCHDLC:          ":chdlc",
	pieceSCTP:           ":sctp",
	pieceUDPLite:        ":udplite",
	pieceLACP:           ":lacp",
	pieceMarker:         ":marker",
	pieceOAMPDU:         ":oampdu",
	pieceOSSP:           ":ossp",
	pieceFC:             ":fc",
	pieceControlWord:    ":pwethcw",
	pieceERSPAN:         ":erspan",
	pieceCompressed:     ":comp_data",
	pieceMultilink:      ":mp",
	pieceWCCP:           ":wccp",
	pieceEtherIP:        ":etherip",
	pieceAYIYA:          ":ayiya",
	pieceGTP:            ":gtp",
	pieceVXLAN:          ":vxlan",
	pieceGPE:            ":vxlan_gpe",
	pieceNSH:            ":nsh",
	pieceGeneve:         ":geneve",
	pieceCAPWAP:         ":capwap",
	pieceCAPWAPData:     ":capwap.data",
	pieceLWAPP:          ":lwapp",
	pieceL2TP:           ":l2tp",
	pieceTeredo:         ":teredo",
	pieceDTLS:           ":dtls",
	pieceDTLS10:         ":dtls1.0",
	pieceDTLS12:         ":dtls1.2",
	pieceSSDP:           ":ssdp",
	pieceUDPEncap:       ":udpencap",
	pieceESP:            ":esp",
	pieceISAKMP:         ":isakmp",
	pieceDVMRP:          ":dvmrp",
	piecePIM:            ":pim",
	pieceRGMP:           ":rgmp",
	pieceVNTag:          ":vntag",
	pieceETag:           ":etag",
	pieceHSR:            ":hsr",
	pieceRTag:           ":rtag",
	pieceTTag:           ":ttag",
	pieceCMD:            ":cmd",
	pieceMACsec:         ":macsec",
	piecePBB:            ":pbb",
	pieceFabricPath:     ":fabricpath",
	pieceTRILL:          ":trill",
	pieceGUE:            ":gue",
	pieceLISP:           ":lisp",
	pieceLinkPFLog:      "pflog",
	pieceLinkENC:        "enc",
	pieceLinkATM:        "atm",
}

func (p piece) String() string {
	switch n := p & 0xffff; p - n {
	case familyProto:
		return ":" + protoName(uint8(n))
	case familyType:
		return ":" + typeName(uint16(n))
	case familySAP:
		return ":" + sapName(uint8(n))
	case familyPPP:
		return ":" + pppName(uint16(n))
	case familyVLAN:
		return fmt.Sprintf(":vlan{%d}", n)
	case familyMPLS:
		return fmt.Sprintf(":mpls{%d}", n)
	case familyMore:
		return ""
	}
	return pieceNames[p]
}

// headers returns how many headers a piece is.
func (p piece) headers() piece {
	if p >= familyVLAN {
		return p & 0xffff
	}
	return 1
}

// add puts a header on the packet's stack.
func (d *Decoder) add(p piece) {
	if p < commonPieces {
		if n := d.stacks.rows[d.stack].next[p]; n != 0 {
			d.stack = n
			return
		}
	}
	d.stack = d.stacks.add(d.stack, p)
}

// addRun puts n tags or labels on the stack: a single one by its name, more by the family.
func (d *Decoder) addRun(one, family piece, n int) {
	if n == 1 {
		d.add(one)
	} else {
		d.add(family | piece(min(n, 0xffff)))
	}
}
