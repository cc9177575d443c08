package capture

import "fmt"

// LinkType is a LINKTYPE_ value of a capture file (https://www.tcpdump.org/linktypes.html).
type LinkType uint32

// Link types, by their names in the registry without LINKTYPE_.
const (
	LinkTypeNull              LinkType = 0
	LinkTypeEthernet          LinkType = 1
	LinkTypeIEEE8025          LinkType = 6
	LinkTypeSLIP              LinkType = 8
	LinkTypePPP               LinkType = 9
	LinkTypeFDDI              LinkType = 10
	LinkTypeDLTRaw            LinkType = 12 // libpcap's DLT_RAW, in memory; in old files and in PPI
	LinkTypeDLTRawOpenBSD     LinkType = 14 // the same on OpenBSD
	LinkTypePPPHDLC           LinkType = 50
	LinkTypePPPEther          LinkType = 51
	LinkTypeSymantecFirewall  LinkType = 99
	LinkTypeATMRFC1483        LinkType = 100
	LinkTypeRaw               LinkType = 101
	LinkTypeCHDLC             LinkType = 104
	LinkTypeIEEE80211         LinkType = 105
	LinkTypeFRelay            LinkType = 107
	LinkTypeLoop              LinkType = 108
	LinkTypeENC               LinkType = 109
	LinkTypeLinuxSLL          LinkType = 113
	LinkTypePFLog             LinkType = 117
	LinkTypeIEEE80211Prism    LinkType = 119
	LinkTypeIEEE80211Radiotap LinkType = 127
	LinkTypeJuniperATM1       LinkType = 137
	LinkTypeUser0             LinkType = 147 // for private use
	LinkTypeIEEE80211AVS      LinkType = 163
	LinkTypeJuniperPPPoE      LinkType = 167
	LinkTypeJuniperEther      LinkType = 178
	LinkTypeBluetoothHCIH4    LinkType = 187
	LinkTypeUSBLinux          LinkType = 189
	LinkTypePPI               LinkType = 192
	LinkTypeIEEE802154WithFCS LinkType = 195
	LinkTypePPPWithDir        LinkType = 204
	LinkTypeCHDLCWithDir      LinkType = 205
	LinkTypeFRelayWithDir     LinkType = 206
	LinkTypeMPLS              LinkType = 219
	LinkTypeUSBLinuxMmapped   LinkType = 220
	LinkTypeIPv4              LinkType = 228
	LinkTypeIPv6              LinkType = 229
	LinkTypeDBus              LinkType = 231
	LinkTypeNFLOG             LinkType = 239
	LinkTypeUSBPcap           LinkType = 249
	LinkTypeNetlink           LinkType = 253
	LinkTypePKTAP             LinkType = 258
	LinkTypeEthernetMPacket   LinkType = 274
	LinkTypeLinuxSLL2         LinkType = 276
	LinkTypeEBHSCR            LinkType = 279
)

// String returns the link type as tcpdump and T2 show it: description, name and number, "Ethernet [EN10MB/1]".
func (l LinkType) String() string {
	if n, ok := linkNames[l]; ok {
		return fmt.Sprintf("%s/%d]", n, uint32(l))
	}
	return fmt.Sprintf("LINKTYPE %d", uint32(l))
}

// linkNames has descriptions and names, the latter without DLT_.
var linkNames = map[LinkType]string{
	LinkTypeNull:              "BSD loopback [NULL",
	LinkTypeEthernet:          "Ethernet [EN10MB",
	LinkTypeIEEE8025:          "Token ring [IEEE802",
	LinkTypeSLIP:              "SLIP [SLIP",
	LinkTypePPP:               "PPP [PPP",
	LinkTypeFDDI:              "FDDI [FDDI",
	LinkTypeDLTRaw:            "Raw IP [RAW",
	LinkTypeDLTRawOpenBSD:     "Raw IP [RAW",
	LinkTypePPPHDLC:           "PPP over serial [PPP_SERIAL",
	LinkTypePPPEther:          "PPPoE [PPP_ETHER",
	LinkTypeATMRFC1483:        "RFC 1483 LLC over ATM [ATM_RFC1483",
	LinkTypeRaw:               "Raw IP [RAW",
	LinkTypeCHDLC:             "Cisco HDLC [C_HDLC",
	LinkTypeIEEE80211:         "802.11 [IEEE802_11",
	LinkTypeFRelay:            "Frame relay [FRELAY",
	LinkTypeLoop:              "OpenBSD loopback [LOOP",
	LinkTypeENC:               "OpenBSD encapsulated IP [ENC",
	LinkTypeMPLS:              "MPLS with label as link-layer header [MPLS",
	LinkTypeLinuxSLL:          "Linux cooked v1 [LINUX_SLL",
	LinkTypePFLog:             "OpenBSD pflog [PFLOG",
	LinkTypeIEEE80211Prism:    "802.11 with Prism header [PRISM_HEADER",
	LinkTypeIEEE80211Radiotap: "802.11 with radiotap header [IEEE802_11_RADIO",
	LinkTypeIEEE80211AVS:      "802.11 with AVS header [IEEE802_11_RADIO_AVS",
	LinkTypeBluetoothHCIH4:    "Bluetooth HCI UART [BLUETOOTH_HCI_H4",
	LinkTypeUSBLinux:          "USB, Linux header [USB_LINUX",
	LinkTypePPI:               "Per-packet information [PPI",
	LinkTypeIEEE802154WithFCS: "802.15.4 with FCS [IEEE802_15_4",
	LinkTypeUSBLinuxMmapped:   "USB, padded Linux header [USB_LINUX_MMAPPED",
	LinkTypeIPv4:              "Raw IPv4 [IPV4",
	LinkTypeIPv6:              "Raw IPv6 [IPV6",
	LinkTypeDBus:              "D-Bus [DBUS",
	LinkTypeNFLOG:             "Linux netfilter log [NFLOG",
	LinkTypeUSBPcap:           "USB, USBPcap header [USBPCAP",
	LinkTypeNetlink:           "Linux netlink [NETLINK",
	LinkTypePKTAP:             "Apple PKTAP [PKTAP",
	LinkTypeLinuxSLL2:         "Linux cooked v2 [LINUX_SLL2",
}
