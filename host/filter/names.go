package filter

// keywords are the words of the language that stand for themselves, as elsewhere are; all others are names.
var keywords = set(
	"and", "or", "not", "src", "dst", "host", "net", "mask", "port", "portrange", "proto", "protochain", "gateway", "less", "greater", "len",
	"ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp",
	"atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "iso", "esis", "isis", "clnp", "es-is", "is-is", "stp", "ipx", "netbeui",
	"broadcast", "multicast", "vlan", "mpls", "pppoed", "pppoes", "geneve", "llc", "inbound", "outbound",
	"l1", "l2", "iih", "lsp", "snp", "csnp", "psnp",
	"type", "subtype", "dir", "addr1", "addr2", "addr3", "addr4", "ra", "ta", "radio",
	"ifname", "ruleset", "rnr", "rulenum", "subrulenum", "reason", "action",
)

// elsewhere are keywords for link types, and places, that no filter here reads.
var elsewhere = set(
	"lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi", "vci", "connectmsg", "metaconnect", "fisu", "lssu", "msu", "sio", "opc", "dpc",
	"sls",
)

// isKeyword reports whether a word is one of the language; others are names.
func isKeyword(word string) bool { return keywords[word] || elsewhere[word] }

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[w] = true
	}
	return m
}

// constants are the names of numbers: offsets, ICMP types (RFC 792, 4443), TCP flags (RFC 9293).
var constants = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "tcpflags": 13,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10,
	"icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129,
	"icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131, "icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133,
	"icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137, "icmp6-routerrenum": 138,
	"icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140, "icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144, "icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146,
	"icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149, "icmp6-multicastrouteradvert": 151,
	"icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
	"tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
}

// etherTypes are the names after ether proto: EtherTypes (IEEE 802), and SAPs of LLC below 256.
var etherTypes = map[string]uint32{
	"ip": typeIP, "ip6": typeIP6, "arp": typeARP, "rarp": typeRARP, "atalk": typeATALK, "aarp": typeAARP, "decnet": 0x6003, "lat": 0x6004, "sca": 0x6007,
	"moprc": 0x6002, "mopdl": 0x6001, "loopback": 0x9000, "pup": 0x200, "xns": 0x600, "sprite": 0x500, "trail": 0x1000, "vexp": 0x805b, "vprod": 0x805c,
	"iso": sapISO, "stp": 0x42, "ipx": sapIPX, "netbeui": sapNetBEUI,
}

// ipProtocols are the names after ip proto (IANA, protocol numbers).
var ipProtocols = map[string]uint32{
	"hopopt": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5, "tcp": 6, "egp": 8, "igp": 9, "pup": 12, "udp": 17, "hmp": 20, "xns-idp": 22, "rdp": 27, "iso-tp4": 29,
	"dccp": 33, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44, "idrp": 45, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "skip": 57,
	"ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "rspf": 73, "vmtp": 81, "eigrp": 88, "ospf": 89, "ax.25": 93, "ipip": 94, "etherip": 97, "encap": 98, "pim": 103,
	"ipcomp": 108, "vrrp": 112, "l2tp": 115, "isis": 124, "sctp": 132, "fc": 133, "mobility-header": 135, "udplite": 136, "mpls-in-ip": 137, "manet": 138, "hip": 139,
	"shim6": 140, "wesp": 141, "rohc": 142, "ethernet": 143,
}

// osiProtocols are the names after iso proto.
var osiProtocols = map[string]uint32{"clnp": 0x81, "esis": 0x82, "isis": 0x83}

// llcTypes are the words after llc: bits of the control field and their mask.
var llcTypes = map[string]struct{ bits, mask uint32 }{
	"s": {1, 3}, "u": {3, 3}, "rr": {1, 15}, "rnr": {5, 15}, "rej": {9, 15},
	"ui": {0x03, 0xef}, "ua": {0x63, 0xef}, "disc": {0x43, 0xef}, "test": {0xe3, 0xef}, "sabme": {0x6f, 0xef}, "xid": {0xaf, 0xef}, "frmr": {0x87, 0xef},
}

// isisTypes are the words for IS-IS PDUs (ISO 10589, 9): their types.
var isisTypes = map[string][]uint32{
	"l1": {26, 24, 18, 15, 17}, "l2": {27, 25, 20, 16, 17}, "iih": {17, 16, 15}, "lsp": {20, 18}, "snp": {27, 26, 25, 24}, "csnp": {25, 24}, "psnp": {27, 26},
}
