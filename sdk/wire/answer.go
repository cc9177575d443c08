package wire

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/internal/little"
)

// AppendAnswer appends the message of the answer to a batch with that number of flow ends, or of
// what is left of it after its pieces. If problem, the text of an error, is not empty, the message
// holds nothing else.
func AppendAnswer(dst []byte, out *answer.Answer, ends int, problem string) []byte {
	start := len(dst)
	dst = extend(dst, head)
	if problem != "" {
		dst = begin(dst, tagError)
		body := len(dst)
		dst = append(counted(dst, 0), problem...)
		return finish(end(dst, start, body), start, kindAnswer)
	}
	if len(out.Columns) > 0 {
		dst = list(dst, start, tagColumns, ends, func(dst []byte) []byte {
			for i := range out.Columns {
				dst = columnVec(dst, start, &out.Columns[i])
			}
			return dst
		})
	}
	dst = appendRest(dst, start, out, out.Frames, 0)
	dst = list(dst, start, tagMetrics, len(out.Metrics), func(dst []byte) []byte { return appendColumn(dst, start, out.Metrics) })
	if len(out.Packets) > 0 {
		dst = list(dst, start, tagOfPackets, out.Packets[0].Len(), func(dst []byte) []byte {
			for i := range out.Packets {
				dst = columnVec(dst, start, &out.Packets[i])
			}
			return dst
		})
	}
	return finish(dst, start, kindAnswer)
}

// appendRest appends all that a piece of an answer may have: changes, lines and rows of out, and the frames with these flags.
func appendRest(dst []byte, start int, out *answer.Answer, frames []answer.Frame, flags uint16) []byte {
	dst = list(dst, start, tagDeltas, len(out.Deltas), func(dst []byte) []byte { return appendDeltas(dst, start, out.Deltas) })
	dst = list(dst, start, tagFrames, len(frames), func(dst []byte) []byte { return appendFrames(dst, start, frames, flags) })
	for i, lines := range [...][]string{out.Summary, out.Report, out.Logs} {
		dst = texts(dst, start, tagSummary+uint16(i), len(lines), func(k int) []string { return lines[k : k+1] })
	}
	return list(dst, start, tagRows, len(out.Rows), func(dst []byte) []byte { return appendRows(dst, start, out.Rows) })
}

// Refuse marks an answer to open that holds an error: the plugin refuses its settings, or the run's
// plugins.
func Refuse(answer []byte) { answer[refusedAt] = 1 }

// Locate notes in an answer that holds an error in which event it happened.
func Locate(answer []byte, e guard.Event) { little.PutUint32(answer[refusedAt+4:], uint32(e)) }

// refusedAt is the offset of the number that tells a refusal: the first one of the only section of an
// answer with an error.
const refusedAt = head + sectionHead

// appendFrames appends frames with these flags, and their own.
func appendFrames(dst []byte, start int, frames []answer.Frame, flags uint16) []byte {
	for _, f := range frames {
		own := flags
		if f.Next {
			own |= flagNext
		}
		dst = little.AppendUint16(little.AppendUint16(dst, f.Outlet), own)
		dst = little.AppendUint32(dst, uint32(len(f.Data)))
		dst = pad(append(dst, f.Data...), start, 4)
	}
	return dst
}

const deltaHeader = 16

func appendDeltas(b []byte, start int, deltas []answer.Delta) []byte {
	for i := range deltas {
		d := &deltas[i]
		flags := uint16(0)
		if d.Deleted {
			flags = flagDeleted
		}
		b = little.AppendUint32(b, d.At)
		b = little.AppendUint16(b, d.Table)
		b = little.AppendUint16(b, flags)
		b = little.AppendUint32(b, uint32(len(d.Key)))
		b = little.AppendUint32(b, uint32(len(d.Row)))
		b = append(append(b, d.Key...), d.Row...)
		b = pad(b, start, 4)
	}
	return b
}

// readDeltas reads a section of changes of the tables, in ascending order of the events, of which the
// batch has that number, from last on; it returns the last one.
func readDeltas(c *cursor, deltas []answer.Delta, tag uint16, events, last uint32, tables []sdk.TableInfo) ([]answer.Delta, uint32) {
	for range c.list(tag, deltaHeader) {
		d := answer.Delta{At: c.u32(), Table: c.u16()}
		flags := c.u16()
		keyLen, rowLen := c.u32(), c.u32()
		d.Key, d.Row = c.take(int(keyLen)), c.take(int(rowLen))
		c.align(4)
		d.Deleted = flags&flagDeleted != 0
		switch {
		case c.err != nil:
			return deltas, last
		case d.At > events || d.At < last || flags&^flagDeleted != 0:
			c.fail("table is changed outside an event, or out of order")
		case int(d.Table) >= len(tables):
			c.fail("change of a table that is not declared")
		case !whole(tables[d.Table].Key, d.Key), !d.Deleted && !whole(tables[d.Table].Row, d.Row), d.Deleted && len(d.Row) != 0:
			c.fail("change of table " + tables[d.Table].Name + " has a key or row of a wrong length")
		}
		last = d.At
		deltas = append(deltas, d)
	}
	c.leave()
	return deltas, last
}

// whole reports whether b holds exactly these fields: those that have no fixed width with their
// length (u32) before them.
func whole(fields []sdk.ColumnInfo, b []byte) bool {
	for _, f := range fields {
		size := f.Type.Size()
		if size == 0 {
			if len(b) < 4 {
				return false
			}
			size, b = int(little.Uint32(b)), b[4:]
		}
		if len(b) < size || !f.Type.Whole(b[:size]) {
			return false
		}
		b = b[size:]
	}
	return len(b) == 0
}
