package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// juniper reads the header of Juniper's captures
// (https://www.tcpdump.org/linktypes.html, libpcap's gencode.c): magic 3, flags 1 (0x80: extensions, with
// their length; 0x02: no link-layer header, but the protocol as a little-endian number).
func (d *Decoder) juniper(l capture.LinkType, data []byte, off int, h *Headers) place {
	const (
		magic              = 0x4d4743
		extended, protocol = 0x80, 0x02
		pIPv4, pIPv6       = 2, 6
		pEthernet          = 204
	)
	d.add(pieceLinkJuniper)
	if len(data) < off+8 {
		return d.clip(h)
	}
	word := binary.BigEndian.Uint32(data[off:])
	if word>>8 != magic {
		return stop
	}
	start := off
	off += 4
	if word&extended != 0 {
		off += 2 + int(binary.BigEndian.Uint16(data[off:]))
	}
	if word&protocol == 0 {
		if l == capture.LinkTypeJuniperATM1 { // a cookie
			off += 4
		}
		if v := nibble(data, off); v == 4 || v == 6 {
			d.noEthernet(start, h)
			return place{anyIP, off}
		}
		return place{frame, off}
	}
	switch binary.LittleEndian.Uint32(d.head(data, off, 4)) {
	case pIPv4:
		d.noEthernet(start, h)
		return place{ipv4, off + 4}
	case pIPv6:
		d.noEthernet(start, h)
		return place{ipv6, off + 4}
	case pEthernet:
		return place{frame, off + 4}
	}
	return stop
}

// symantec reads the header of Symantec's firewall
// (https://www.tcpdump.org/linktypes/LINKTYPE_SYMANTEC_FIREWALL.html): an EtherType at 6 (version 2, 44
// bytes) or at 10 (version 3, 56 bytes). There is IP or nothing.
func (d *Decoder) symantec(data []byte, off int, h *Headers) place {
	d.add(pieceLinkSymantec)
	d.noEthernet(off, h)
	if len(data) < off+12 {
		return d.clip(h)
	}
	t, n := binary.BigEndian.Uint16(data[off+6:]), 44
	if t == 0 {
		t, n = binary.BigEndian.Uint16(data[off+10:]), 56
	}
	switch t {
	case typeIPv4:
		return place{ipv4, off + n}
	case typeIPv6:
		return place{ipv6, off + n}
	}
	return stop
}
