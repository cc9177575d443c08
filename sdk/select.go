package sdk

// Only is the packets with those columns only that fields names.
func (p *Packets) Only(fields PacketField) Packets {
	q := Packets{N: p.N, Flow: p.Flow}
	if fields&Time != 0 {
		q.Time = p.Time
	}
	if fields&Window != 0 {
		q.Window = p.Window
	}
	if fields&TCPFlags != 0 {
		q.TCPFlags = p.TCPFlags
	}
	if fields&WireLen != 0 {
		q.WireLen = p.WireLen
	}
	if fields&L7Len != 0 {
		q.L7Len = p.L7Len
	}
	if fields&PadLen != 0 {
		q.PadLen = p.PadLen
	}
	if fields&Payload != 0 {
		q.Payload = p.Payload
	}
	return q
}

// Reset empties the packets and keeps their memory.
func (p *Packets) Reset() {
	*p = Packets{
		Flow: p.Flow[:0], Time: p.Time[:0], Window: p.Window[:0],
		TCPFlags: p.TCPFlags[:0], WireLen: p.WireLen[:0], L7Len: p.L7Len[:0], PadLen: p.PadLen[:0],
		Payload: Vec{Type: TypeText, Data: p.Payload.Data[:0], Ends: p.Payload.Ends[:0]},
	}
}

// Only is the ends with those columns only that fields names; columns of other
// plugins stay.
func (e *Ends) Only(fields EndField) Ends {
	q := *e
	if fields&At == 0 {
		q.At = nil
	}
	if fields&FirstSeen == 0 {
		q.FirstSeen = nil
	}
	if fields&LastSeen == 0 {
		q.LastSeen = nil
	}
	if fields&FlowInd == 0 {
		q.FlowInd = nil
	}
	if fields&Dir == 0 {
		q.Dir = nil
	}
	if fields&SrcIP == 0 {
		q.SrcIP = nil
	}
	if fields&DstIP == 0 {
		q.DstIP = nil
	}
	if fields&SrcPort == 0 {
		q.SrcPort = nil
	}
	if fields&DstPort == 0 {
		q.DstPort = nil
	}
	if fields&Proto == 0 {
		q.Proto = nil
	}
	if fields&TCPStates == 0 {
		q.TCPStates = nil
	}
	if fields&UTCOffset == 0 {
		q.UTCOffset = nil
	}
	if fields&FlowStat == 0 {
		q.FlowStat = nil
	}
	if fields&Opposite == 0 {
		q.Opposite = nil
	}
	if fields&EtherType == 0 {
		q.EtherType = nil
	}
	for _, f := range VecFields {
		if fields&f == 0 {
			*q.Vec(f) = Vec{}
		}
	}
	return q
}

// Reset empties the ends and keeps their memory; columns of other plugins go.
func (e *Ends) Reset() {
	vecs := e.vecs()
	*e = Ends{
		Flow: e.Flow[:0], Before: e.Before[:0], At: e.At[:0],
		FirstSeen: e.FirstSeen[:0], LastSeen: e.LastSeen[:0], FlowInd: e.FlowInd[:0], Dir: e.Dir[:0],
		SrcIP: e.SrcIP[:0], DstIP: e.DstIP[:0], SrcPort: e.SrcPort[:0], DstPort: e.DstPort[:0],
		Proto: e.Proto[:0], TCPStates: e.TCPStates[:0], UTCOffset: e.UTCOffset[:0],
		FlowStat: e.FlowStat[:0], Opposite: e.Opposite[:0], EtherType: e.EtherType[:0],
	}
	for i, f := range VecFields {
		v := e.Vec(f)
		*v = vecs[i]
		v.Reset(f.Type())
	}
}

func (e *Ends) vecs() (list [len(VecFields)]Vec) {
	for i, f := range VecFields {
		list[i] = *e.Vec(f)
	}
	return list
}

// Size is the bytes of a packet row on the wire, of the payload that of its length.
func (s PacketSelect) Size() int {
	if s.Rows == NoRows {
		return 0
	}
	n := 4
	for i, f := range packetFields {
		if s.Fields>>i&1 != 0 {
			n += f.size
		}
	}
	return n
}

// Size is the bytes of a flow end on the wire, of values that differ in width that
// of their lengths.
func (s EndSelect) Size() int {
	if !s.On {
		return 0
	}
	n := 8
	for i, f := range endFields {
		if s.Fields>>i&1 != 0 {
			n += f.size
		}
	}
	for _, c := range s.Columns {
		n += columnSize(c.Type)
	}
	return n
}

// columnSize is what a value of that type takes on the wire, without its bytes
// where values differ in width.
func columnSize(t Type) int {
	if size := t.Size(); size > 0 {
		return size
	}
	return 4
}

// Slice is the rows from one to another, the latter not included. It lives in
// the memory of p, but for where payloads end.
func (p *Packets) Slice(from, to int) Packets {
	q := Packets{
		N: to - from, Flow: slice(p.Flow, from, to), Time: slice(p.Time, from, to), Window: slice(p.Window, from, to),
		TCPFlags: slice(p.TCPFlags, from, to), WireLen: slice(p.WireLen, from, to),
		L7Len: slice(p.L7Len, from, to), PadLen: slice(p.PadLen, from, to),
	}
	if p.Payload.Type != 0 {
		q.Payload = p.Payload.Slice(from, to)
	}
	return q
}

// Slice is the ends from one to another, the latter not included, with row rows
// of packets less before them. All but Before and what columns need of
// their own lives in the memory of e.
func (e *Ends) Slice(from, to, rows int) Ends {
	s := Ends{
		N: to - from, Flow: slice(e.Flow, from, to),
		At: slice(e.At, from, to), FirstSeen: slice(e.FirstSeen, from, to), LastSeen: slice(e.LastSeen, from, to),
		FlowInd: slice(e.FlowInd, from, to), Dir: slice(e.Dir, from, to),
		SrcIP: slice(e.SrcIP, from, to), DstIP: slice(e.DstIP, from, to),
		SrcPort: slice(e.SrcPort, from, to), DstPort: slice(e.DstPort, from, to), Proto: slice(e.Proto, from, to),
		TCPStates: slice(e.TCPStates, from, to), UTCOffset: slice(e.UTCOffset, from, to),
		FlowStat: slice(e.FlowStat, from, to), Opposite: slice(e.Opposite, from, to), EtherType: slice(e.EtherType, from, to),
	}
	for _, f := range VecFields {
		if v := e.Vec(f); v.Type != 0 {
			*s.Vec(f) = v.Slice(from, to)
		}
	}
	for _, n := range slice(e.Before, from, to) {
		s.Before = append(s.Before, n-uint32(rows))
	}
	for i := range e.Columns {
		s.Columns = append(s.Columns, e.Columns[i].Slice(from, to))
	}
	return s
}

// slice keeps a column that was not declared nil.
func slice[T any](column []T, from, to int) []T {
	if column == nil {
		return nil
	}
	return column[from:to]
}
