package wire

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/internal/little"
)

// AppendAnswer appends the message of the answer to a batch with that number of flow ends, or of
// what is left of it after its pieces. If problem, the text of an error, is not empty, the message
// holds nothing else.
func AppendAnswer(dst []byte, out *answer.Answer, ends int, problem string) []byte {
	start := len(dst)
	if problem != "" {
		out, ends = &answer.Answer{}, 0
	}
	dst = appendCounts(dst, out, len(out.Frames), ends, len(problem))
	for i := range out.Columns {
		dst = columnVec(dst, start, &out.Columns[i])
	}
	dst = appendDeltas(pad(dst, start, 4), start, out.Deltas)
	dst = appendLines(appendFrames(dst, start, out.Frames, 0), start, out)
	dst = pad(append(dst, problem...), start, 4)
	return finish(dst, start, kindAnswer)
}

// Refuse marks an answer to open that holds an error: the plugin refuses its settings, or the run's
// plugins.
func Refuse(answer []byte) { answer[refusedAt] = 1 }

// refusedAt is the offset of the number that tells a refusal, the last one of the header.
const refusedAt = answerHeader - 4

// appendCounts appends the header of an answer or a piece.
func appendCounts(dst []byte, out *answer.Answer, frames, ends, problem int) []byte {
	dst = extend(dst, 8)
	for _, n := range [...]int{ends, len(out.Deltas), frames, len(out.Summary), len(out.Report), len(out.Logs), problem, 0} {
		dst = little.AppendUint32(dst, uint32(n))
	}
	return dst
}

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

func appendLines(dst []byte, start int, out *answer.Answer) []byte {
	for _, lines := range [...][]string{out.Summary, out.Report, out.Logs} {
		for _, line := range lines {
			dst = appendText(dst, start, line)
		}
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

// readDeltas reads n changes of the tables, in ascending order of flow ends from last
// on; it returns the last one.
func readDeltas(c *cursor, deltas []answer.Delta, n, ends int, last uint32, tables []sdk.TableInfo) ([]answer.Delta, uint32) {
	for range n {
		d := answer.Delta{At: c.u32(), Table: c.u16()}
		flags := c.u16()
		keyLen, rowLen := c.u32(), c.u32()
		d.Key, d.Row = c.take(int(keyLen)), c.take(int(rowLen))
		c.align(4)
		d.Deleted = flags&flagDeleted != 0
		switch {
		case c.err != nil:
			return deltas, last
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
	return deltas, last
}

func size(columns []sdk.Column) int {
	n := 0
	for _, c := range columns {
		n += c.Type.Size()
	}
	return n
}
