package wire

import "github.com/t2host/t2host/sdk"

// AppendAnswer appends the answer to a batch with so many flow ends. With
// problem, the text of an error, nothing else crosses.
func AppendAnswer(dst []byte, out *sdk.Out, ends int, problem string) []byte {
	start := len(dst)
	dst = extend(dst, 8)
	if problem != "" {
		out = &sdk.Out{}
		ends = 0
	}
	for _, n := range [...]int{ends, len(out.Deltas), len(out.Frames), len(out.Report), len(out.Logs), len(problem)} {
		dst = append32(dst, uint32(n))
	}
	for i := range out.Columns {
		dst = columnVec(dst, start, &out.Columns[i])
	}
	dst = appendDeltas(pad(dst, start, 4), start, out.Deltas)
	for _, f := range out.Frames {
		flags := uint16(0)
		if f.Next {
			flags = flagNext
		}
		dst = append16(append16(dst, f.Outlet), flags)
		dst = append32(dst, uint32(len(f.Data)))
		dst = pad(append(dst, f.Data...), start, 4)
	}
	for _, lines := range [][]string{out.Report, out.Logs} {
		for _, line := range lines {
			dst = append32(dst, uint32(len(line)))
			dst = pad(append(dst, line...), start, 4)
		}
	}
	dst = pad(append(dst, problem...), start, 4)
	return finish(dst, start, kindAnswer)
}

// ReadAnswer reads plugin p's answer to a batch with so many flow ends into
// out, which then holds copies only. A plugin's own error comes as a
// *PluginError; any other error says what is malformed.
func ReadAnswer(msg []byte, p *sdk.Plugin, ends int, out *sdk.Out) error {
	out.Reset(p.Columns)
	c, err := open(msg, kindAnswer, answerHeader)
	if err != nil {
		return err
	}
	n := int(c.u32())
	deltas, frames := c.count(deltaHeader), c.count(8)
	report, logs, problem := c.count(4), c.count(4), c.count(1)
	if problem > 0 {
		text := string(c.take(problem))
		c.align(4)
		if err := c.end(); err != nil {
			return err
		}
		return &PluginError{text}
	}
	if n != ends {
		c.fail("answer is to another number of flow ends")
		return c.err
	}
	for i := range out.Columns {
		v := &out.Columns[i]
		data := v.Data
		c.vec(v, v.Type, n)
		v.Data = append(data, v.Data...)
	}
	c.align(4)
	out.Deltas = readDeltas(c, out.Deltas, deltas, ends, p.Exports)
	for i := range out.Deltas {
		d := &out.Deltas[i]
		d.Key, d.Row = clone(d.Key), clone(d.Row)
	}
	for range frames {
		outlet, flags := c.u16(), c.u16()
		data := c.text()
		switch next := flags == flagNext; {
		case c.err != nil:
		case int(outlet) >= len(p.Outlets):
			c.fail("frame for an outlet that is not declared")
		case flags&^flagNext != 0, next && (len(data) > 0 || p.Outlets[outlet].Kind != sdk.RecordOutlet):
			c.fail("frame that begins another file, where none can")
		case next:
			out.AddNext(outlet)
		default:
			out.AddFrame(outlet, data)
		}
		if c.err != nil {
			break
		}
	}
	for range report {
		out.Report = append(out.Report, string(c.text()))
	}
	for range logs {
		out.Logs = append(out.Logs, string(c.text()))
	}
	return c.end()
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }

const deltaHeader = 16

func appendDeltas(b []byte, start int, deltas []sdk.Delta) []byte {
	for i := range deltas {
		d := &deltas[i]
		flags := uint16(0)
		if d.Deleted {
			flags = flagDeleted
		}
		b = append32(b, d.At)
		b = append16(b, d.Table)
		b = append16(b, flags)
		b = append32(b, uint32(len(d.Key)))
		b = append32(b, uint32(len(d.Row)))
		b = append(append(b, d.Key...), d.Row...)
		b = pad(b, start, 4)
	}
	return b
}

// readDeltas reads n changes of the tables, in ascending order of flow ends.
func readDeltas(c *cursor, deltas []sdk.Delta, n, ends int, tables []sdk.TableInfo) []sdk.Delta {
	last := uint32(0)
	for range n {
		d := sdk.Delta{At: c.u32(), Table: c.u16()}
		flags := c.u16()
		keyLen, rowLen := c.u32(), c.u32()
		d.Key, d.Row = c.take(int(keyLen)), c.take(int(rowLen))
		c.align(4)
		d.Deleted = flags&flagDeleted != 0
		switch {
		case c.err != nil:
			return deltas
		case int64(d.At) >= int64(ends) || d.At < last || flags&^flagDeleted != 0:
			c.fail("table is changed outside a flow end")
		case int(d.Table) >= len(tables):
			c.fail("change of a table that is not declared")
		case len(d.Key) != size(tables[d.Table].Key), !d.Deleted && len(d.Row) != size(tables[d.Table].Row), d.Deleted && len(d.Row) != 0:
			c.fail("change of table " + tables[d.Table].Name + " has a key or row of a wrong length")
		}
		last = d.At
		deltas = append(deltas, d)
	}
	return deltas
}

func size(columns []sdk.Column) int {
	n := 0
	for _, c := range columns {
		n += c.Type.Size()
	}
	return n
}
