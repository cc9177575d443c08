package main

// rules are all made captures. README.md tells what each shows.
var rules = []rule{
	{name: "frag4.pcap", make: frag4, packets: 132, zero: 6},
	{name: "frag6.pcap", make: frag6, packets: 132, zero: 6},
	{name: "frag4_orphan.pcap", make: frag4Orphan, packets: 7},
	{name: "vlan.pcap", make: vlan, packets: 228, zero: 18},
	{name: "endorder.pcap", make: endOrder, packets: 304, zero: 10},
	{name: "timeout_silence.pcap", make: timeoutSilence, packets: 306, zero: 10},
	{name: "timeout_steps.pcap", make: timeoutSteps, packets: 319, zero: 10},
	{name: "halfopen.pcap", make: halfOpen, packets: 10, zero: 1},
	{name: "land.pcap", make: land, packets: 6},
	{name: "synack_first.pcap", make: synAckFirst, packets: 120, zero: 7},
	{name: "evict.pcap", make: evict, packets: 585, zero: 35},
	{name: "shut.pcap", make: shut, packets: 68, zero: 7},
	{name: "clipped.pcap", make: clipped, packets: 83, zero: 16},
	{name: "summertime.pcap", make: summertime, packets: 532, zero: 28},
	{name: "protocols.pcap", make: protocols, packets: 157, zero: 23},

	{name: "bigendian_nano.pcap", make: bigEndianNano, packets: 76, zero: 6},
	{name: "two_links.pcapng", make: twoLinks, packets: 76, zero: 6},
	{name: "two_sections.pcapng", make: twoSections, packets: 76, zero: 6},
	{name: "shut.pcap.gz", make: func() []byte { return gzipped(shut()) }, packets: 68, zero: 7},
	{name: "shut.pcap.zst", make: func() []byte { return zstandard(shut()) }, packets: 68, zero: 7},
	{name: "header_only.pcap", make: headerOnly},
	{name: "header_only.pcapng", make: headerOnlyNg},
	{name: "unknown_link.pcap", make: unknownLink, packets: 1},

	{name: "cut_data.pcap", make: cutData, packets: 75, zero: 6, fault: "EOF"},
	{name: "cut_header.pcap", make: cutHeader, packets: 75, zero: 6, fault: "EOF"},
	{name: "corrupt_length.pcap", make: corruptLength, packets: 40, zero: 6, fault: "capture length exceeds"},
	{name: "corrupt_block.pcapng", make: corruptBlock, packets: 40, zero: 6, fault: "EOF"},
}
