package encode

import (
	"encoding/binary"
	"errors"

	"github.com/t2host/t2host/host/internal/stream"
)

const (
	netflow9Header   = 20
	netflow9Template = 0       // set identifier (RFC 3954, 5.2)
	firstUptime      = 1 << 31 // milliseconds: flows of 24 days before and after fit into 32 bits
	netflow9Repeat   = 32      // messages after which templates are sent again
)

// netflow9 is the encoder of NetFlow version 9. Times are milliseconds of the exporter's uptime.
type netflow9 struct {
	*Config
	fields      []element
	first, last int // columns of times
	address     int

	messages
	number uint32 // of messages, those with templates too
	boot   int64  // milliseconds since 1970
}

// Numbers of NetFlow's own for times.
const (
	lastSwitched  = 21
	firstSwitched = 22
)

func newNetflow9(c *Config) (Encoder, error) {
	x := &netflow9{Config: c, first: -1, last: -1, address: -1, messages: messages{max: 8 << 10, header: netflow9Header, align: 4}}
	x.begin, x.flush = x.repeat, x.Flush
	if c.Frame > 0 {
		x.max = min(c.Frame, maxIPFIX)
	}
	plain := *c
	plain.Describe = false // it has no enterprises
	for _, e := range elementsOf(&plain) {
		switch {
		case e.kind == kindMillis || e.enterprise != 0 || e.of.Size() == 0 && e.kind != kindFirst:
			continue
		case e.kind == kindDir: // 239 is IPFIX's
			continue
		case e.number == 156:
			e.number, x.first = firstSwitched, e.column
		case e.number == 157:
			e.number, x.last = lastSwitched, e.column
		case e.kind == kindNanos:
			continue
		case e.kind == kindAddress && x.address < 0:
			x.address = e.column
		}
		x.fields = append(x.fields, e)
	}
	if x.address < 0 || x.first < 0 || x.last < 0 {
		return nil, errors.New("format netflow9 needs the columns srcIP, timeFirst and timeLast of flows: add basicflow to -p")
	}
	return x, nil
}

// field returns the number and the width of a field in template id; ok is false if it has none.
func (x *netflow9) field(e *element, id uint16) (number, length uint16, ok bool) {
	if e.number == firstSwitched || e.number == lastSwitched {
		return e.number, 4, true
	}
	number, _, length, ok = e.in(id)
	return number, length, ok
}

func (x *netflow9) Head(at int64) []byte {
	b := make([]byte, netflow9Header, 512)
	b = append(b, 0, netflow9Template, 0, 0)
	ids := []uint16{template4, template6, templateNo}
	for _, id := range ids {
		start, n := len(b), 0
		b = binary.BigEndian.AppendUint16(b, id)
		b = append(b, 0, 0)
		for i := range x.fields {
			if number, length, ok := x.field(&x.fields[i], id); ok {
				b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, number), length)
				n++
			}
		}
		binary.BigEndian.PutUint16(b[start+2:], uint16(n))
	}
	binary.BigEndian.PutUint16(b[netflow9Header+2:], uint16(len(b)-netflow9Header))
	return x.finish(b, at, len(ids))
}

// counts reports whether the uptime at a packet time has 32 bits.
func (x *netflow9) counts(at int64) bool {
	up := at/1e6 - x.boot
	return x.boot != 0 && up >= 0 && up < 1<<32
}

// bootFor returns when the exporter has booted, so that it counts times around a packet time; milliseconds since 1970.
func bootFor(at int64) int64 { return at/1e9*1000 - firstUptime }

// finish completes a message with a number of records (RFC 3954, 5.1).
func (x *netflow9) finish(b []byte, at int64, records int) []byte {
	s := at / 1e9
	if !x.counts(s * 1e9) {
		x.boot = bootFor(at)
	}
	binary.BigEndian.PutUint16(b, 9)
	binary.BigEndian.PutUint16(b[2:], uint16(records))
	binary.BigEndian.PutUint32(b[4:], uint32(s*1000-x.boot))
	binary.BigEndian.PutUint32(b[8:], uint32(s))
	binary.BigEndian.PutUint32(b[12:], x.number)
	binary.BigEndian.PutUint32(b[16:], x.Domain)
	x.number++
	return b
}

func (x *netflow9) Put(r *stream.Rows, i int) error {
	id := templateOf(r.Columns[x.address].Bytes(i)[0])
	if !x.counts(r.At[i]) { // no message has records of two boots
		if err := x.Flush(); err != nil {
			return err
		}
		x.boot = bootFor(r.At[i])
	}
	x.record = x.record[:0]
	for k := range x.fields {
		e := &x.fields[k]
		if e.column == x.first || e.column == x.last {
			up := r.Columns[e.column].Int(i)/1e6 - x.boot
			x.record = binary.BigEndian.AppendUint32(x.record, uint32(min(max(up, 0), 1<<32-1)))
		} else if _, _, ok := x.field(e, id); ok {
			x.record = e.append(x.record, r, i, id)
		}
	}
	return x.put(id, r.At[i], x.Rows)
}

// repeat sends the templates again, over UDP, before some messages.
func (x *netflow9) repeat(at int64) error {
	if !x.Datagrams || x.sent == 0 || x.sent%netflow9Repeat != 0 {
		return nil
	}
	return x.Emit(x.Head(at), 0)
}

func (x *netflow9) Flush() error {
	if x.rows == 0 {
		return nil
	}
	x.closeSet()
	err := x.Emit(x.finish(x.buf, x.at, x.rows), x.rows)
	x.clear()
	return err
}
