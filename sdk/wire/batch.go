package wire

import "github.com/t2host/t2host/sdk"

// AppendBatch appends b, as plugin p reads it.
func AppendBatch(dst []byte, p *sdk.Plugin, b *sdk.Batch) []byte {
	start := len(dst)
	dst = extend(dst, 8)
	dst = append64(dst, b.Number)
	dst = append64(dst, b.First)
	dst = append64(dst, b.Last)
	dst = append64(dst, uint64(b.Time))
	flags := uint32(0)
	if b.Final {
		flags = flagFinal
	}
	dst = append32(dst, flags)
	dst = append32(dst, uint32(b.Packets.N))
	dst = append32(dst, uint32(b.Ends.N))
	dst = append32(dst, uint32(len(b.Imports)))
	dst = append64(dst, b.Totals.Packets)
	dst = append64(dst, b.Totals.Bytes)
	if p.Packets.Rows != sdk.NoRows {
		dst = appendPackets(dst, start, p.Packets.Fields, &b.Packets)
	}
	if p.Ends.On {
		dst = appendEnds(dst, start, p.Ends.Fields, &b.Ends)
	}
	dst = appendDeltas(pad(dst, start, 4), start, b.Imports)
	return finish(dst, start, kindBatch)
}

func appendEnds(b []byte, start int, fields sdk.EndField, e *sdk.Ends) []byte {
	b = appendEndFields(b, start, fields, e)
	for i := range e.Columns {
		b = columnVec(b, start, &e.Columns[i])
	}
	return b
}

// ReadBatch reads a message into b, as plugin p reads it. What b holds then
// lives in msg and in b's own memory. Out is left alone.
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
	if p.Packets.Rows == sdk.NoRows && b.Packets.N > 0 || !p.Ends.On && b.Ends.N > 0 {
		c.fail("message has rows that were not declared")
	}
	if p.Packets.Rows != sdk.NoRows {
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

// Size is how many bytes AppendBatch appends at most.
func Size(p *sdk.Plugin, b *sdk.Batch) int {
	const fields = 32 // more than there are of packets and ends
	n := batchHeader + b.Packets.N*p.Packets.Size() + b.Ends.N*p.Ends.Size() + 8*(fields+len(p.Ends.Columns))
	if p.Packets.Fields&sdk.Payload != 0 {
		n += len(b.Packets.Payload.Data)
	}
	for _, f := range sdk.VecFields {
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

// DeltaSize is how many bytes a change of a table takes at most.
func DeltaSize(d *sdk.Delta) int { return deltaHeader + len(d.Key) + len(d.Row) + 3 }

func readEnds(c *cursor, s sdk.EndSelect, e *sdk.Ends) {
	readEndFields(c, s.Fields, e)
	if len(e.Columns) != len(s.Columns) {
		e.Columns = make([]sdk.Vec, len(s.Columns))
	}
	for i, col := range s.Columns {
		c.vec(&e.Columns[i], col.Type, e.N)
	}
}

// Time is the packet time of a batch message's last frame, 0 if msg is too short
// for one.
func Time(msg []byte) int64 {
	if len(msg) < batchHeader {
		return 0
	}
	return int64(get64(msg[32:]))
}
