package encode

import (
	"bytes"
	"encoding/binary"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// t2Types are T2's numbers of the types of values.
var t2Types = [...]uint32{
	value.Uint8: 7, value.Uint16: 8, value.Uint32: 9, value.Uint64: 10,
	value.Hex8: 13, value.Hex16: 14, value.Hex32: 15, value.Hex64: 16,
	value.Int64: 4, value.Float32: 19, value.Float64: 20,
	value.Time: 25, value.Duration: 26, value.IP: 30,
	value.MAC: 27, value.Text: 31, value.String: 23,
}

// t2Direction is the type of the column dir: a byte, 0 for A.
const t2Direction = 24

// bin is the encoder of T2's binary flow files (docs/reference/records.md#binary-records).
type bin struct {
	lines
	dir int // the place of the column dir, -1 if there is none
}

func newBin(c *Config) (Encoder, error) {
	if c.Datagrams {
		c.Frame = 0 // a record is a datagram, as T2's lines are
	}
	e := &bin{lines: lines{Config: c}, dir: index(c.Columns, "dir")}
	h := []byte("ANTEATER")
	h = binary.LittleEndian.AppendUint32(h, 1) // the version
	for i, column := range c.Columns {
		h = appendPadded(appendPadded(h, column.Name), column.Doc)
		kind, repeats := t2Types[column.Type.Elem()], uint32(0)
		if column.Type.IsList() {
			repeats = 1
		}
		if i == e.dir {
			kind = t2Direction
		}
		for _, word := range []uint32{1, kind, repeats} { // of one value
			h = binary.LittleEndian.AppendUint32(h, word)
		}
	}
	e.head = binary.LittleEndian.AppendUint32(h, 1<<32-1)
	return e, nil
}

// appendPadded appends a text, a NUL, and more NULs up to a multiple of 4 bytes.
func appendPadded(b []byte, text string) []byte {
	t := cString([]byte(text))
	return append(append(b, t...), make([]byte, 4-len(t)%4)...)
}

// cString returns text up to its first NUL, which would end it for readers.
func cString(text []byte) []byte {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return text[:i]
	}
	return text
}

func (e *bin) Put(r *stream.Rows, i int) error {
	for k, v := range r.Columns {
		data := v.Bytes(i)
		switch {
		case k == e.dir:
			direction := byte(0)
			if string(data) != "A" {
				direction = 1
			}
			e.buf = append(e.buf, direction)
		case v.Type.IsList():
			e.list(v.Type, data)
		default:
			e.value(v.Type, data)
		}
	}
	return e.put()
}

// list appends the number of a list's elements, and these.
func (e *bin) list(t value.Type, data []byte) {
	count, n := len(e.buf), uint32(0)
	e.buf = binary.LittleEndian.AppendUint32(e.buf, 0)
	for ; ; n++ {
		elem, rest, ok := t.Next(data)
		if !ok {
			binary.LittleEndian.PutUint32(e.buf[count:], n)
			return
		}
		e.value(t.Elem(), elem)
		data = rest
	}
}

func (e *bin) value(t value.Type, data []byte) {
	switch t {
	case value.Time, value.Duration:
		ns := int64(binary.LittleEndian.Uint64(data))
		sec, rest := ns/1e9, ns%1e9
		if rest < 0 {
			sec, rest = sec-1, rest+1e9
		}
		e.buf = binary.LittleEndian.AppendUint64(e.buf, uint64(sec))
		e.buf = binary.LittleEndian.AppendUint32(e.buf, uint32(rest))
	case value.Text, value.String:
		e.buf = append(append(e.buf, cString(data)...), 0)
	case value.IP:
		e.buf = append(e.buf, data[:1+ipSize(data[0])]...)
	default:
		e.buf = append(e.buf, data...)
	}
}

// ipSize returns the number of bytes of an address of an IP version, 0 for none.
func ipSize(version byte) int {
	switch version {
	case 4:
		return 4
	case 6:
		return 16
	}
	return 0
}
