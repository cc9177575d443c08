package encode

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// kind is how a column's value becomes an information element.
type kind uint8

const (
	kindPlain   kind = iota // numbers, texts, lists as text
	kindAddress             // an address of the flow, which has one element in each version
	kindFirst               // the first of a list
	kindMillis              // a time as milliseconds since 1970 (flowStartMilliseconds)
	kindNanos               // a time as NTP has it (flowStartNanoseconds)
	kindDir                 // biflowDirection
	kindICMP                // icmpTypeCode, which has one element in each version
)

// element is an information element of a template.
type element struct {
	column     int
	other      int // the column of B that it is in a conversation without A; -1: none
	dir        int // the column of the directions of a conversation; -1: none
	name, doc  string
	of         value.Type
	kind       kind
	number     uint16
	number6    uint16 // in the template of IPv6, if it differs
	enterprise uint32
	described  bool // it is none of IANA's
}

// sixOf are the elements that differ for IPv6.
var sixOf = map[uint16]uint16{8: 27, 12: 28, 32: 139}

// alike are elements that are the same in both directions, or turned round: their reverse is not sent
// (RFC 5103, 4).
var alike = map[uint16]bool{8: true, 12: true, 7: true, 11: true, 4: true, 148: true, 256: true, 58: true, 56: true, 80: true, 32: true}

// turned is the element of B that A's is, if only B has packets.
var turned = map[string]string{"srcIP": "dstIP", "dstIP": "srcIP", "srcPort": "dstPort", "dstPort": "srcPort", "srcMac": "dstMac", "dstMac": "srcMac"}

// elementsOf returns the elements of the columns.
func elementsOf(c *Config) []element {
	var list []element
	dir := -1
	biflow := false
	for i := range c.Columns {
		biflow = biflow || strings.HasSuffix(c.Columns[i].Name, "_A") || strings.HasSuffix(c.Columns[i].Name, "_B")
	}
	if biflow {
		dir = index(c.Columns, "dir")
	}
	for i, column := range c.Columns {
		base, isA := strings.CutSuffix(column.Name, "_A")
		isB := false
		if !isA {
			base, isB = strings.CutSuffix(column.Name, "_B")
		}
		e := element{
			column: i, other: -1, dir: dir, name: column.Name, doc: column.Doc, of: column.Type,
			number: column.Element, enterprise: column.Enterprise,
		}
		switch {
		case column.Name == "dir":
			e.number, e.kind = 239, kindDir
		case e.number == 0 && !c.Describe:
			continue
		case e.number == 0:
			e.number, e.enterprise, e.described = uint16(i+1), c.Enterprise, true
		case e.enterprise != 0:
		case sixOf[e.number] != 0 && column.Type == value.IP:
			e.kind, e.number6 = kindAddress, sixOf[e.number]
		case e.number == 32:
			e.kind, e.number6 = kindICMP, sixOf[e.number]
		case column.Type.IsList():
			e.kind = kindFirst
		case column.Type == value.Time:
			e.kind = kindNanos
		}
		if isB {
			if alike[column.Element] && column.Enterprise == 0 && column.Element != 0 {
				continue
			}
			if e.enterprise == 0 {
				e.enterprise = reversePEN
			} else {
				e.number |= reverseBit
			}
		}
		if isA {
			name := base
			if t := turned[base]; t != "" {
				name = t
			}
			e.other = index(c.Columns, name+"_B")
			if !alike[e.number] && e.kind != kindNanos {
				e.other = -1 // a counter of A, which has sent nothing
			}
		}
		if m := millis[e.number]; e.kind == kindNanos && m != 0 { // most collectors read only these
			ms := e
			ms.kind, ms.number = kindMillis, m
			list = append(list, ms)
		}
		list = append(list, e)
	}
	return list
}

// millis are the elements of times in milliseconds for those in nanoseconds.
var millis = map[uint16]uint16{156: 152, 157: 153}

// in returns the element as template id has it; ok is false if it does not.
func (e *element) in(id uint16) (number uint16, enterprise uint32, length uint16, ok bool) {
	number = e.number
	switch e.kind {
	case kindAddress:
		switch id {
		case template4:
			return number, e.enterprise, 4, true
		case template6:
			return e.number6, e.enterprise, 16, true
		}
		return 0, 0, 0, false
	case kindICMP:
		if id == template6 {
			number = e.number6
		}
		return number, e.enterprise, 2, true
	case kindDir:
		return number, e.enterprise, 1, true
	case kindMillis, kindNanos:
		return number, e.enterprise, 8, true
	case kindFirst:
		return number, e.enterprise, uint16(e.of.Elem().Size()), true
	}
	switch size := e.of.Size(); {
	case size == 0:
		return number, e.enterprise, varLength, true
	case e.of == value.IP:
		return number, e.enterprise, 16, true
	default:
		return number, e.enterprise, uint16(size), true
	}
}

// append appends the element of row i in template id.
func (e *element) append(b []byte, r *stream.Rows, i int, id uint16) []byte {
	v := r.Columns[e.column]
	if e.other >= 0 && e.dir >= 0 && string(r.Columns[e.dir].Bytes(i)) == "B" {
		v = r.Columns[e.other]
	}
	data := v.Bytes(i)
	switch e.kind {
	case kindAddress:
		if id == template4 {
			return append(b, data[1:5]...)
		}
		return append(b, data[1:17]...)
	case kindDir:
		if e.dir >= 0 { // A of a conversation is the client
			return append(b, 1)
		}
		return append(b, direction(data))
	case kindFirst:
		size := e.of.Elem().Size()
		first, _, ok := e.of.Next(data)
		if !ok {
			return append(b, make([]byte, size)...)
		}
		if e.of.Elem() == value.MAC {
			return append(b, first...)
		}
		return appendBig(b, first)
	case kindMillis:
		return binary.BigEndian.AppendUint64(b, uint64(v.Int(i)/1e6))
	case kindNanos:
		return appendNTP(b, v.Int(i))
	}
	return e.appendPlain(b, data)
}

func (e *element) appendPlain(b, data []byte) []byte {
	switch e.of {
	case value.Text, value.String:
		return appendVar(b, data[:min(len(data), 65000)])
	case value.Time:
		return binary.BigEndian.AppendUint64(b, binary.LittleEndian.Uint64(data)/1e6)
	case value.IP:
		if data[0] == 4 { // as an IPv4-mapped address (RFC 4291, 2.5.5.2)
			b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)
			return append(b, data[1:5]...)
		}
		return append(b, data[1:17]...)
	case value.MAC:
		return append(b, data...)
	}
	if e.of.IsList() {
		text := e.of.AppendText(nil, data)
		return appendVar(b, text[:min(len(text), 65000)])
	}
	return appendBig(b, data)
}

// appendBig appends a little-endian number in network byte order.
func appendBig(b, data []byte) []byte {
	for i := len(data) - 1; i >= 0; i-- {
		b = append(b, data[i])
	}
	return b
}

// appendNTP appends a time as seconds since 1900 and a fraction (RFC 7011, 6.1.9; RFC 5905, 6).
func appendNTP(b []byte, ns int64) []byte {
	const since1900 = 2_208_988_800
	s, rest := ns/1e9, ns%1e9
	if rest < 0 {
		s, rest = s-1, rest+1e9
	}
	fraction, _ := bits.Div64(uint64(rest), 0, 1e9)
	b = binary.BigEndian.AppendUint32(b, uint32(s+since1900))
	return binary.BigEndian.AppendUint32(b, uint32((fraction+1<<31)>>32))
}

// direction returns the biflowDirection of the text of a dir column: A is the initiator.
func direction(dir []byte) byte {
	if string(dir) == "B" {
		return 2
	}
	return 1
}
