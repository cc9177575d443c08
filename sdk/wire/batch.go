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

func appendPackets(b []byte, start int, fields sdk.PacketField, p *sdk.Packets) []byte {
	b = appendColumn(b, start, p.Flow)
	if fields&sdk.Time != 0 {
		b = appendColumn(b, start, p.Time)
	}
	if fields&sdk.Window != 0 {
		b = appendColumn(b, start, p.Window)
	}
	if fields&sdk.TCPFlags != 0 {
		b = appendColumn(b, start, p.TCPFlags)
	}
	if fields&sdk.WireLen != 0 {
		b = appendColumn(b, start, p.WireLen)
	}
	if fields&sdk.L7Len != 0 {
		b = appendColumn(b, start, p.L7Len)
	}
	if fields&sdk.PadLen != 0 {
		b = appendColumn(b, start, p.PadLen)
	}
	if fields&sdk.Payload != 0 {
		b = columnVec(b, start, &p.Payload)
	}
	return b
}

func appendEnds(b []byte, start int, fields sdk.EndField, e *sdk.Ends) []byte {
	b = appendColumn(b, start, e.Flow)
	b = appendColumn(b, start, e.Before)
	if fields&sdk.At != 0 {
		b = appendColumn(b, start, e.At)
	}
	if fields&sdk.FirstSeen != 0 {
		b = appendColumn(b, start, e.FirstSeen)
	}
	if fields&sdk.LastSeen != 0 {
		b = appendColumn(b, start, e.LastSeen)
	}
	if fields&sdk.FlowInd != 0 {
		b = appendColumn(b, start, e.FlowInd)
	}
	if fields&sdk.Dir != 0 {
		b = appendColumn(b, start, e.Dir)
	}
	if fields&sdk.SrcIP != 0 {
		b = appendIPs(b, start, e.SrcIP)
	}
	if fields&sdk.DstIP != 0 {
		b = appendIPs(b, start, e.DstIP)
	}
	if fields&sdk.SrcPort != 0 {
		b = appendColumn(b, start, e.SrcPort)
	}
	if fields&sdk.DstPort != 0 {
		b = appendColumn(b, start, e.DstPort)
	}
	if fields&sdk.Proto != 0 {
		b = appendColumn(b, start, e.Proto)
	}
	if fields&sdk.TCPStates != 0 {
		b = appendColumn(b, start, e.TCPStates)
	}
	if fields&sdk.UTCOffset != 0 {
		b = appendColumn(b, start, e.UTCOffset)
	}
	if fields&sdk.FlowStat != 0 {
		b = appendColumn(b, start, e.FlowStat)
	}
	if fields&sdk.Opposite != 0 {
		b = appendColumn(b, start, e.Opposite)
	}
	if fields&sdk.EtherType != 0 {
		b = appendColumn(b, start, e.EtherType)
	}
	for _, f := range sdk.VecFields {
		if fields&f != 0 {
			b = columnVec(b, start, e.Vec(f))
		}
	}
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
				c.fail("flow end stands outside the packets")
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

func readPackets(c *cursor, fields sdk.PacketField, p *sdk.Packets) {
	n := p.N
	p.Flow = readColumn[uint32](c, n)
	if fields&sdk.Time != 0 {
		p.Time = readColumn[int64](c, n)
	}
	if fields&sdk.Window != 0 {
		p.Window = readColumn[uint32](c, n)
	}
	if fields&sdk.TCPFlags != 0 {
		p.TCPFlags = readColumn[uint8](c, n)
	}
	if fields&sdk.WireLen != 0 {
		p.WireLen = readColumn[uint32](c, n)
	}
	if fields&sdk.L7Len != 0 {
		p.L7Len = readColumn[uint16](c, n)
	}
	if fields&sdk.PadLen != 0 {
		p.PadLen = readColumn[uint16](c, n)
	}
	if fields&sdk.Payload != 0 {
		c.vec(&p.Payload, sdk.TypeText, n)
	}
}

func readEnds(c *cursor, s sdk.EndSelect, e *sdk.Ends) {
	n, fields := e.N, s.Fields
	e.Flow = readColumn[uint32](c, n)
	e.Before = readColumn[uint32](c, n)
	if fields&sdk.At != 0 {
		e.At = readColumn[int64](c, n)
	}
	if fields&sdk.FirstSeen != 0 {
		e.FirstSeen = readColumn[int64](c, n)
	}
	if fields&sdk.LastSeen != 0 {
		e.LastSeen = readColumn[int64](c, n)
	}
	if fields&sdk.FlowInd != 0 {
		e.FlowInd = readColumn[uint64](c, n)
	}
	if fields&sdk.Dir != 0 {
		e.Dir = readColumn[uint8](c, n)
	}
	if fields&sdk.SrcIP != 0 {
		e.SrcIP = c.ips(n)
	}
	if fields&sdk.DstIP != 0 {
		e.DstIP = c.ips(n)
	}
	if fields&sdk.SrcPort != 0 {
		e.SrcPort = readColumn[uint16](c, n)
	}
	if fields&sdk.DstPort != 0 {
		e.DstPort = readColumn[uint16](c, n)
	}
	if fields&sdk.Proto != 0 {
		e.Proto = readColumn[uint8](c, n)
	}
	if fields&sdk.TCPStates != 0 {
		e.TCPStates = readColumn[uint8](c, n)
	}
	if fields&sdk.UTCOffset != 0 {
		e.UTCOffset = readColumn[int32](c, n)
	}
	if fields&sdk.FlowStat != 0 {
		e.FlowStat = readColumn[uint64](c, n)
	}
	if fields&sdk.Opposite != 0 {
		e.Opposite = readColumn[uint32](c, n)
	}
	if fields&sdk.EtherType != 0 {
		e.EtherType = readColumn[uint16](c, n)
	}
	for _, f := range sdk.VecFields {
		if fields&f != 0 {
			c.vec(e.Vec(f), f.Type(), n)
		}
	}
	if len(e.Columns) != len(s.Columns) {
		e.Columns = make([]sdk.Vec, len(s.Columns))
	}
	for i, col := range s.Columns {
		c.vec(&e.Columns[i], col.Type, n)
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
