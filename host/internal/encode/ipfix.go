package encode

import (
	"encoding/binary"
	"fmt"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// Set identifiers (RFC 7011, 3.3.2; 3.4.1), and those of our templates, by the version of the
// addresses.
const (
	templateSet = 2
	optionsSet  = 3

	template4  = 256
	template6  = 257
	templateNo = 258 // without addresses
	templateIE = 259 // information elements (RFC 5610)
)

const (
	ipfixHeader = 16
	setHeader   = 4
	reversePEN  = 29305   // of the elements of the opposite direction (RFC 5103, 6.1)
	reverseBit  = 1 << 14 // of those of other enterprises (RFC 5103, 6.2)
	varLength   = 65535
)

// maxIPFIX bounds a message: its length has 16 bits.
const maxIPFIX = 65535

// ipfix is the encoder of IPFIX messages.
type ipfix struct {
	*Config
	elements []element
	address  *element // that tells the version of the addresses; nil: none does

	messages
	sequence uint32 // data records before the message (RFC 7011, 3.1)
}

// ipfixRepeat is the number of messages after which templates are sent again over UDP.
const ipfixRepeat = 32

func newIPFIX(c *Config) (Encoder, error) {
	x := &ipfix{Config: c, messages: messages{max: maxIPFIX, header: ipfixHeader, align: 1}}
	x.begin, x.flush = x.repeat, x.Flush
	if c.Frame > 0 {
		x.max = min(c.Frame, maxIPFIX)
	}
	x.elements = elementsOf(c)
	if len(x.elements) == 0 {
		return nil, fmt.Errorf("format ipfix: none of the columns is an information element of IANA's: add basicflow to -p, or describe them with unknown=describe")
	}
	for i := range x.elements {
		if x.elements[i].kind == kindAddress && x.address == nil {
			x.address = &x.elements[i]
		}
	}
	return x, nil
}

// Head is a message with the templates, and with the description of own elements.
func (x *ipfix) Head(at int64) []byte {
	b, records := x.templates(at, x.sequence)
	if x.sent == 0 && x.rows == 0 {
		x.sequence += records
	}
	return b
}

// templates returns a message with the templates, and the number of its data records.
func (x *ipfix) templates(at int64, sequence uint32) ([]byte, uint32) {
	b := make([]byte, ipfixHeader)
	set := len(b)
	b = append(b, 0, templateSet, 0, 0)
	for _, id := range []uint16{template4, template6, templateNo} {
		b = x.template(b, id)
	}
	binary.BigEndian.PutUint16(b[set+2:], uint16(len(b)-set))
	records := uint32(0)
	if own := x.own(); len(own) > 0 {
		b, records = appendDescriptions(b, own)
	}
	return x.finish(b, at, sequence), records
}

// own returns the elements that no list of IANA has.
func (x *ipfix) own() []*element {
	var list []*element
	for i := range x.elements {
		if e := &x.elements[i]; e.described {
			list = append(list, e)
		}
	}
	return list
}

func (x *ipfix) template(b []byte, id uint16) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint16(b, id)
	b = append(b, 0, 0)
	n := 0
	for i := range x.elements {
		number, enterprise, length, ok := x.elements[i].in(id)
		if !ok {
			continue
		}
		n++
		if enterprise != 0 {
			number |= 1 << 15
		}
		b = binary.BigEndian.AppendUint16(b, number)
		b = binary.BigEndian.AppendUint16(b, length)
		if enterprise != 0 {
			b = binary.BigEndian.AppendUint32(b, enterprise)
		}
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(n))
	return b
}

// family returns the template of a row.
func (x *ipfix) family(r *stream.Rows, i int) uint16 {
	if x.address == nil {
		return templateNo
	}
	version := r.Columns[x.address.column].Bytes(i)[0]
	if o := x.address.other; version == 0 && o >= 0 { // a conversation without A
		version = r.Columns[o].Bytes(i)[0]
	}
	return templateOf(version)
}

// templateOf returns the template of addresses of a version.
func templateOf(version byte) uint16 {
	switch version {
	case 4:
		return template4
	case 6:
		return template6
	}
	return templateNo
}

func (x *ipfix) Put(r *stream.Rows, i int) error {
	id := x.family(r, i)
	x.record = x.record[:0]
	for k := range x.elements {
		e := &x.elements[k]
		if _, _, _, ok := e.in(id); ok {
			x.record = e.append(x.record, r, i, id)
		}
	}
	if len(x.record) > x.max-ipfixHeader-setHeader {
		return fmt.Errorf("a record of %d bytes does not fit into an IPFIX message of %d: leave out long texts with columns=", len(x.record), x.max)
	}
	return x.put(id, r.At[i], x.Rows)
}

// repeat sends the templates again, over UDP, before some messages.
func (x *ipfix) repeat(at int64) error {
	if !x.Datagrams || x.sent == 0 || x.sent%ipfixRepeat != 0 {
		return nil
	}
	b, records := x.templates(at, x.sequence)
	x.sequence += records
	return x.Emit(b, 0)
}

// finish completes a message's header.
func (x *ipfix) finish(b []byte, at int64, sequence uint32) []byte {
	binary.BigEndian.PutUint16(b, 10)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint32(b[4:], uint32(at/1e9))
	binary.BigEndian.PutUint32(b[8:], sequence)
	binary.BigEndian.PutUint32(b[12:], x.Domain)
	return b
}

func (x *ipfix) Flush() error {
	if x.rows == 0 {
		return nil
	}
	x.closeSet()
	err := x.Emit(x.finish(x.buf, x.at, x.sequence), x.rows)
	x.sequence += uint32(x.rows)
	x.clear()
	return err
}

// appendDescriptions appends the sets that describe own elements (RFC 5610, 3.9).
func appendDescriptions(b []byte, own []*element) ([]byte, uint32) {
	set := len(b)
	b = append(b, 0, optionsSet, 0, 0)
	b = binary.BigEndian.AppendUint16(b, templateIE)
	b = binary.BigEndian.AppendUint16(b, 5) // fields
	b = binary.BigEndian.AppendUint16(b, 2) // of which are scope
	for _, f := range [][2]uint16{{346, 4}, {303, 2}, {339, 1}, {341, varLength}, {340, varLength}} {
		b = binary.BigEndian.AppendUint16(b, f[0])
		b = binary.BigEndian.AppendUint16(b, f[1])
	}
	binary.BigEndian.PutUint16(b[set+2:], uint16(len(b)-set))
	set = len(b)
	b = binary.BigEndian.AppendUint16(b, templateIE)
	b = append(b, 0, 0)
	for _, e := range own {
		number, enterprise, _, _ := e.in(template4)
		b = binary.BigEndian.AppendUint32(b, enterprise)
		b = binary.BigEndian.AppendUint16(b, number)
		b = append(b, e.dataType())
		b = appendVar(b, []byte(e.name))
		b = appendVar(b, []byte(e.doc[:min(len(e.doc), 200)]))
	}
	binary.BigEndian.PutUint16(b[set+2:], uint16(len(b)-set))
	return b, uint32(len(own))
}

// appendVar appends a value of variable length with its length (RFC 7011, 7).
func appendVar(b, data []byte) []byte {
	if len(data) < 255 {
		b = append(b, byte(len(data)))
	} else {
		b = append(b, 255, byte(len(data)>>8), byte(len(data)))
	}
	return append(b, data...)
}

// dataType returns the abstract data type of an own element (RFC 5610, 3.1).
func (e *element) dataType() byte {
	switch e.of {
	case value.Uint8, value.Hex8:
		return 1
	case value.Uint16, value.Hex16:
		return 2
	case value.Uint32, value.Hex32:
		return 3
	case value.Uint64, value.Hex64:
		return 4
	case value.Int64, value.Duration:
		return 8
	case value.Float32:
		return 9
	case value.Float64:
		return 10
	case value.MAC:
		return 12
	case value.Time:
		return 17
	case value.IP:
		return 19
	}
	return 13 // string
}
