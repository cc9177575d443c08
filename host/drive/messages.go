package drive

import (
	"bytes"
	"encoding/binary"
)

// Messages returns the rows of a batch of bytes one by one: lines without their ends, or messages of
// IPFIX. NetFlow's have no length of their own: a batch of them is one.
func (b *Batch) Messages(format string) [][]byte {
	var list [][]byte
	rest := b.Data
	switch format {
	case "ipfix":
		for len(rest) >= 4 {
			n := int(binary.BigEndian.Uint16(rest[2:]))
			if n < 4 || n > len(rest) {
				break
			}
			list, rest = append(list, rest[:n]), rest[n:]
		}
	case "netflow9", "": // frames of a plugin are a batch each
		return [][]byte{rest}
	default:
		for line := range bytes.Lines(rest) {
			list = append(list, bytes.TrimSuffix(line, []byte("\n")))
		}
	}
	return list
}
