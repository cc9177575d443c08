package decode

// Status is T2's flowStat: what is unusual about a packet, and so about its flow
// (docs/reference/decoding.md#status-bits).
type Status uint64

// The bits that a packet can have. Those of flows are the flow table's.
const (
	NoEthernet     Status = 1 << 1  // L2_NO_ETH
	Layer2Flow     Status = 1 << 2  // L2_FLOW
	PPPoEDiscovery Status = 1 << 3  // L2_PPPoE_D
	PPPoESession   Status = 1 << 4  // L2_PPPoE_S
	LLDP           Status = 1 << 5  // L2_LLDP
	ARP            Status = 1 << 6  // L2_ARP
	RARP           Status = 1 << 7  // L2_RARP
	VLAN           Status = 1 << 8  // L2_VLAN
	MPLSUnicast    Status = 1 << 9  // L2_MPLS_UCAST
	MPLSMulticast  Status = 1 << 10 // L2_MPLS_MCAST
	L2TP           Status = 1 << 11 // L2_L2TP
	GRE            Status = 1 << 12 // L2_GRE
	PPP            Status = 1 << 13 // L2_PPP
	FlowIPv4       Status = 1 << 14 // L2_IPV4
	FlowIPv6       Status = 1 << 15 // L2_IPV6
	WrongVersion   Status = 1 << 16 // L3_IPVX
	IPInIP         Status = 1 << 17 // L3_IPIP
	EtherIP        Status = 1 << 18 // L3_ETHIPF
	Teredo         Status = 1 << 19 // L3_TRDO
	AYIYA          Status = 1 << 20 // L3_AYIYA
	GTP            Status = 1 << 21 // L3_GTP
	VXLAN          Status = 1 << 22 // L3_VXLAN
	CAPWAP         Status = 1 << 23 // L3_CAPWAP, also LWAPP
	SCTP           Status = 1 << 24 // L4_SCTP
	UPnP           Status = 1 << 25 // L4_UPNP
	ERSPAN         Status = 1 << 26 // L2_ERSPAN
	WCCP           Status = 1 << 27 // L2_WCCP
	Geneve         Status = 1 << 29 // L3_GENEVE
	AH             Status = 1 << 30 // L3_IPSEC_AH
	ESP            Status = 1 << 31 // L3_IPSEC_ESP
	L2Cut          Status = 1 << 32 // L2SNAPLENGTH
	L3Cut          Status = 1 << 33 // L3SNAPLENGTH
	ShortIP        Status = 1 << 34 // L3HDRSHRTLEN
	ShortTransport Status = 1 << 35 // L4HDRSHRTLEN
	Stopped        Status = 1 << 43 // STPDSCT
	PPPCompressed  Status = 1 << 45 // PPP_NRHD
	ShortHeader    Status = 1 << 46 // IPV4_HL_TOO_SHORT
	NoLength       Status = 1 << 47 // IP_PL_MSMTCH
	LongStack      Status = 1 << 48 // HDOVRN
	VLAN0          Status = 1 << 57 // FS_VLAN0
	HasIPv4        Status = 1 << 58 // FS_IPV4_PKT
	HasIPv6        Status = 1 << 59 // FS_IPV6_PKT
	DTLS           Status = 1 << 61 // L7_DTLS
)
