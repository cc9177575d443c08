package capture

import "fmt"

// String returns the link type as tcpdump and T2 show it: description, name and number,
// "Ethernet [EN10MB/1]".
func (l LinkType) String() string {
	if n, ok := linkNames[l]; ok {
		return fmt.Sprintf("%s/%d]", n, uint32(l))
	}
	return fmt.Sprintf("LINKTYPE %d", uint32(l))
}

// Link types whose records may be far longer than a network packet (libpcap's max_snaplen_for_dlt).
const (
	linkUSBLinuxMmapped LinkType = 220
	linkDBus            LinkType = 231
	linkUSBPcap         LinkType = 249
	linkEBHSCR          LinkType = 279
)

var linkNames = map[LinkType]string{
	0:   "BSD loopback [NULL",
	1:   "Ethernet [EN10MB",
	6:   "Token ring [IEEE802",
	8:   "SLIP [SLIP",
	9:   "PPP [PPP",
	10:  "FDDI [FDDI",
	12:  "Raw IP [RAW",
	14:  "Raw IP [RAW",
	50:  "PPP over serial [PPP_SERIAL",
	51:  "PPPoE [PPP_ETHER",
	100: "RFC 1483 LLC over ATM [ATM_RFC1483",
	101: "Raw IP [RAW",
	104: "Cisco HDLC [C_HDLC",
	105: "802.11 [IEEE802_11",
	107: "Frame relay [FRELAY",
	108: "OpenBSD loopback [LOOP",
	113: "Linux cooked v1 [LINUX_SLL",
	117: "OpenBSD pflog [PFLOG",
	119: "802.11 with Prism header [PRISM_HEADER",
	127: "802.11 with radiotap header [IEEE802_11_RADIO",
	163: "802.11 with AVS header [IEEE802_11_RADIO_AVS",
	187: "Bluetooth HCI UART [BLUETOOTH_HCI_H4",
	189: "USB, Linux header [USB_LINUX",
	192: "Per-packet information [PPI",
	195: "802.15.4 with FCS [IEEE802_15_4",
	220: "USB, padded Linux header [USB_LINUX_MMAPPED",
	228: "Raw IPv4 [IPV4",
	229: "Raw IPv6 [IPV6",
	231: "D-Bus [DBUS",
	239: "Linux netfilter log [NFLOG",
	249: "USB, USBPcap header [USBPCAP",
	253: "Linux netlink [NETLINK",
	258: "Apple PKTAP [PKTAP",
	276: "Linux cooked v2 [LINUX_SLL2",
}
