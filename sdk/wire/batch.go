package wire

import (
	"math/bits"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// batchBody is the length of a batch's first section.
const batchBody = 56

// AppendBatch appends the message of b, with the fields and columns that p declares.
func AppendBatch(dst []byte, p *sdk.Plugin, b *sdk.Batch) []byte {
	start := len(dst)
	dst = begin(extend(dst, head), tagBatch)
	body := len(dst)
	dst = little.AppendUint64(dst, b.Number)
	dst = little.AppendUint64(dst, b.First)
	dst = little.AppendUint64(dst, b.Last)
	dst = little.AppendUint64(dst, uint64(b.Time))
	flags := uint32(0)
	if b.Final {
		flags = flagFinal
	}
	dst = little.AppendUint32(dst, flags)
	dst = little.AppendUint32(dst, b.Events)
	dst = little.AppendUint64(dst, b.Totals.Packets)
	dst = little.AppendUint64(dst, b.Totals.Bytes)
	dst = end(dst, start, body)
	dst = list(dst, start, tagPackets, b.Packets.N, func(dst []byte) []byte { return appendPackets(dst, start, &p.Packets, &b.Packets) })
	dst = list(dst, start, tagStarts, b.Starts.N, func(dst []byte) []byte { return appendStarts(dst, start, p.Starts.Fields, &b.Starts) })
	dst = list(dst, start, tagEnds, b.Ends.N, func(dst []byte) []byte { return appendEnds(dst, start, p.Ends.Fields, &b.Ends) })
	dst = list(dst, start, tagTicks, b.Ticks.N, func(dst []byte) []byte {
		dst = appendColumn(appendColumn(dst, start, b.Ticks.Time), start, b.Ticks.UTCOffset)
		return appendColumn(appendColumn(dst, start, b.Ticks.Before), start, b.Ticks.Order)
	})
	dst = list(dst, start, tagImports, len(b.Imports), func(dst []byte) []byte { return appendDeltas(dst, start, b.Imports) })
	return finish(dst, start, kindBatch)
}

func appendEnds(b []byte, start int, fields field.Flow, e *sdk.Ends) []byte {
	b = appendEndFields(b, start, fields, e)
	for i := range e.Columns {
		b = columnVec(b, start, &e.Columns[i])
	}
	return b
}

// ReadBatch reads the message of a batch for p into b. b then refers to the memory of msg.
// ReadBatch does not change b.Out.
func ReadBatch(msg []byte, p *sdk.Plugin, b *sdk.Batch) error {
	c, err := open(msg, kindBatch)
	if err != nil {
		return err
	}
	if !c.section(tagBatch) {
		c.fail("message lacks a section")
	}
	b.Number, b.First, b.Last, b.Time = c.u64(), c.u64(), c.u64(), int64(c.u64())
	flags := c.u32()
	if flags&^flagFinal != 0 {
		c.fail("message has unknown flags")
	}
	b.Final = flags&flagFinal != 0
	b.Events = c.u32()
	b.Totals = sdk.Totals{Packets: c.u64(), Bytes: c.u64()}
	c.leave()

	b.Packets.N = c.list(tagPackets, 4)
	readPackets(c, &p.Packets, &b.Packets)
	c.places(b, nil, b.Packets.Order)
	c.leave()
	b.Starts.N = c.list(tagStarts, 12)
	readStarts(c, p.Starts.Fields, &b.Starts)
	c.places(b, b.Starts.Before, b.Starts.Order)
	c.leave()
	b.Ends.N = c.list(tagEnds, 12)
	readEnds(c, p.Ends, &b.Ends)
	c.places(b, b.Ends.Before, b.Ends.Order)
	c.leave()
	t := &b.Ticks
	t.N = c.list(tagTicks, p.Ticks.Size())
	t.Time, t.UTCOffset = readColumn[int64](c, t.N), readColumn[int32](c, t.N)
	t.Before, t.Order = readColumn[uint32](c, t.N), readColumn[uint32](c, t.N)
	c.places(b, t.Before, t.Order)
	c.leave()
	if p.Packets.Rows == field.NoRows && b.Packets.N > 0 || !p.Starts.On && b.Starts.N > 0 || !p.Ends.On && b.Ends.N > 0 || !p.Ticks.On() && t.N > 0 {
		c.fail("message has rows that were not declared")
	}
	b.Imports, _ = readDeltas(c, b.Imports[:0], tagImports, b.Events, 0, p.Imports)
	return c.end()
}

// places checks where events are in a batch: how many rows come before each never descends, and
// its place among all events ascends.
func (c *cursor) places(b *sdk.Batch, before, order []uint32) {
	last := uint32(0)
	for _, n := range before {
		if n < last || int64(n) > int64(b.Packets.N) {
			c.fail("event is outside the packets")
		}
		last = n
	}
	for i, n := range order {
		if n >= b.Events || i > 0 && n <= order[i-1] {
			c.fail("events are out of order")
			break
		}
	}
}

// Size returns the largest number of bytes that AppendBatch appends.
func Size(p *sdk.Plugin, b *sdk.Batch) int {
	// Each column may be padded, those of slots and places too, and so may each section.
	const sections, own = tagImports, 2 + 3 + 3 + 4
	fields := own + bits.OnesCount64(uint64(p.Packets.Fields)) + bits.OnesCount64(uint64(p.Starts.Fields)) + bits.OnesCount64(uint64(p.Ends.Fields))
	n := head + batchBody + sections*(sectionHead+8+7) + 8*(fields+len(p.Ends.Columns)) +
		b.Packets.N*p.Packets.Size() + b.Starts.N*p.Starts.Size() + b.Ends.N*p.Ends.Size() + b.Ticks.N*p.Ticks.Size()
	if p.Packets.Fields&field.Payload != 0 {
		n += len(b.Packets.Payload.Data)
	}
	if p.Packets.Fields&field.Header != 0 {
		n += len(b.Packets.Header.Data)
	}
	for _, f := range field.EndLists {
		if p.Ends.Fields&f != 0 {
			n += len(b.Ends.Vec(f).Data)
		}
	}
	for i := range b.Ends.Columns {
		if v := &b.Ends.Columns[i]; v.Type.Size() == 0 {
			n += len(v.Data)
		}
	}
	for i := range b.Imports {
		n += DeltaSize(&b.Imports[i])
	}
	return n
}

// DeltaSize returns the largest number of bytes of a change of a table.
func DeltaSize(d *answer.Delta) int { return deltaHeader + len(d.Key) + len(d.Row) + 3 }

func readEnds(c *cursor, s sdk.EndSelect, e *sdk.Ends) {
	readEndFields(c, s.Fields, e)
	if len(e.Columns) != len(s.Columns) {
		e.Columns = make([]value.Vec, len(s.Columns))
	}
	for i, col := range s.Columns {
		c.vec(&e.Columns[i], col.Type, e.N)
	}
}

// Time returns the packet time of the last frame of a batch message, or 0 if msg is too short to be
// one.
func Time(msg []byte) int64 {
	if len(msg) < head+sectionHead+batchBody {
		return 0
	}
	return int64(little.Uint64(msg[head+sectionHead+24:]))
}
