package wire

import (
	"math/bits"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// AppendBatch appends the message of b, with the fields and columns that p declares.
func AppendBatch(dst []byte, p *sdk.Plugin, b *sdk.Batch) []byte {
	start := len(dst)
	dst = extend(dst, 8)
	dst = little.AppendUint64(dst, b.Number)
	dst = little.AppendUint64(dst, b.First)
	dst = little.AppendUint64(dst, b.Last)
	dst = little.AppendUint64(dst, uint64(b.Time))
	flags := uint32(0)
	if b.Final {
		flags = flagFinal
	}
	dst = little.AppendUint32(dst, flags)
	dst = little.AppendUint32(dst, uint32(b.Packets.N))
	dst = little.AppendUint32(dst, uint32(b.Ends.N))
	dst = little.AppendUint32(dst, uint32(len(b.Imports)))
	dst = little.AppendUint64(dst, b.Totals.Packets)
	dst = little.AppendUint64(dst, b.Totals.Bytes)
	if p.Packets.Rows != field.NoRows {
		dst = appendPackets(dst, start, p.Packets.Fields, &b.Packets)
	}
	if p.Ends.On {
		dst = appendEnds(dst, start, p.Ends.Fields, &b.Ends)
	}
	dst = appendDeltas(pad(dst, start, 4), start, b.Imports)
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
	c, err := open(msg, kindBatch, batchHeader)
	if err != nil {
		return err
	}
	b.Number, b.First, b.Last, b.Time = c.u64(), c.u64(), c.u64(), int64(c.u64())
	flags := c.u32()
	if flags&^flagFinal != 0 {
		c.fail("message has unknown flags")
	}
	b.Final = flags&flagFinal != 0
	b.Packets.N = c.count(4)
	b.Ends.N = c.count(4)
	deltas := c.count(deltaHeader)
	b.Totals = sdk.Totals{Packets: c.u64(), Bytes: c.u64()}
	if p.Packets.Rows == field.NoRows && b.Packets.N > 0 || !p.Ends.On && b.Ends.N > 0 {
		c.fail("message has rows that were not declared")
	}
	if p.Packets.Rows != field.NoRows {
		readPackets(c, p.Packets.Fields, &b.Packets)
	}
	if p.Ends.On {
		readEnds(c, p.Ends, &b.Ends)
		before := uint32(0)
		for _, n := range b.Ends.Before {
			if n < before || int(n) > b.Packets.N {
				c.fail("flow end is outside the packets")
			}
			before = n
		}
	}
	c.align(4)
	// One more than there are ends: changes that belong to an end of a later
	// part of the batch.
	b.Imports, _ = readDeltas(c, b.Imports[:0], deltas, b.Ends.N+1, 0, p.Imports)
	return c.end()
}

// Size returns the largest number of bytes that AppendBatch appends.
func Size(p *sdk.Plugin, b *sdk.Batch) int {
	// Each column may be padded, those of slots and of Before too, and so may the whole.
	fields := 4 + bits.OnesCount64(uint64(p.Packets.Fields)) + bits.OnesCount64(uint64(p.Ends.Fields))
	n := batchHeader + b.Packets.N*p.Packets.Size() + b.Ends.N*p.Ends.Size() + 8*(fields+len(p.Ends.Columns))
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
	if len(msg) < batchHeader {
		return 0
	}
	return int64(little.Uint64(msg[32:]))
}
