package decode

// FlowStat is T2's flowStat: what is unusual about a packet, and so about its flow
// (docs/reference/decoding.md#status-bits).
type FlowStat uint64

// The bits that a packet can have. Those of flows are the flow table's.
const (
	NoEthernet     FlowStat = 1 << 1  // L2_NO_ETH
	Layer2Flow     FlowStat = 1 << 2  // L2_FLOW
	PPPoEDiscovery FlowStat = 1 << 3  // L2_PPPoE_D
	PPPoESession   FlowStat = 1 << 4  // L2_PPPoE_S
	LLDP           FlowStat = 1 << 5  // L2_LLDP
	ARP            FlowStat = 1 << 6  // L2_ARP
	RARP           FlowStat = 1 << 7  // L2_RARP
	VLAN           FlowStat = 1 << 8  // L2_VLAN
	MPLSUnicast    FlowStat = 1 << 9  // L2_MPLS_UCAST
	MPLSMulticast  FlowStat = 1 << 10 // L2_MPLS_MCAST
	L2TP           FlowStat = 1 << 11 // L2_L2TP
	GRE            FlowStat = 1 << 12 // L2_GRE
	PPP            FlowStat = 1 << 13 // L2_PPP
	FlowIPv4       FlowStat = 1 << 14 // L2_IPV4
	FlowIPv6       FlowStat = 1 << 15 // L2_IPV6
	WrongVersion   FlowStat = 1 << 16 // L3_IPVX
	IPInIP         FlowStat = 1 << 17 // L3_IPIP
	EtherIP        FlowStat = 1 << 18 // L3_ETHIPF
	Teredo         FlowStat = 1 << 19 // L3_TRDO
	AYIYA          FlowStat = 1 << 20 // L3_AYIYA
	GTP            FlowStat = 1 << 21 // L3_GTP
	VXLAN          FlowStat = 1 << 22 // L3_VXLAN
	CAPWAP         FlowStat = 1 << 23 // L3_CAPWAP, also LWAPP
	SCTP           FlowStat = 1 << 24 // L4_SCTP
	UPnP           FlowStat = 1 << 25 // L4_UPNP
	ERSPAN         FlowStat = 1 << 26 // L2_ERSPAN
	WCCP           FlowStat = 1 << 27 // L2_WCCP
	Geneve         FlowStat = 1 << 29 // L3_GENEVE
	AH             FlowStat = 1 << 30 // L3_IPSEC_AH
	ESP            FlowStat = 1 << 31 // L3_IPSEC_ESP
	L2Cut          FlowStat = 1 << 32 // L2SNAPLENGTH
	L3Cut          FlowStat = 1 << 33 // L3SNAPLENGTH
	ShortIP        FlowStat = 1 << 34 // L3HDRSHRTLEN
	ShortTransport FlowStat = 1 << 35 // L4HDRSHRTLEN
	Stopped        FlowStat = 1 << 43 // STPDSCT
	PPPCompressed  FlowStat = 1 << 45 // PPP_NRHD
	ShortHeader    FlowStat = 1 << 46 // IPV4_HL_TOO_SHORT
	NoLength       FlowStat = 1 << 47 // IP_PL_MSMTCH
	LongStack      FlowStat = 1 << 48 // HDOVRN
	VLAN0          FlowStat = 1 << 57 // FS_VLAN0
	HasIPv4        FlowStat = 1 << 58 // FS_IPV4_PKT
	HasIPv6        FlowStat = 1 << 59 // FS_IPV6_PKT
	DTLS           FlowStat = 1 << 61 // L7_DTLS
)
