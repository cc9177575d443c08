package stream

import (
	"bytes"

	"github.com/t2host/t2host/sdk/value"
)

// conversationsOf returns the stream of conversations: the flow index, which directions there
// are, and each other column of flows twice, for A and for B.
func conversationsOf(flows *Stream) Stream {
	s := Stream{Name: Conversations}
	add := func(owner string, c value.Column) {
		s.Columns, s.Owners = append(s.Columns, c), append(s.Owners, owner)
	}
	add("", flows.Columns[flowIndColumn])
	add("", value.Column{Name: "dir", Type: value.Text, Doc: "the directions that have packets: A, B or AB"})
	for _, end := range []string{"_A", "_B"} {
		for i := range flows.Columns {
			if i > flowIndColumn {
				c := flows.Columns[i]
				c.Name += end
				add(flows.Owners[i], c)
			}
		}
	}
	s.Record = len(s.Columns)
	return s
}

// The first columns of flows.
const (
	dirColumn = iota
	flowIndColumn
)

// joiner joins the two directions of a conversation, which end in the same batch, to one row.
type joiner struct {
	pairs [][2]int // rows of A and B, -1 for none
	rows  Rows
	vecs  []value.Vec
}

// of returns the conversations of rows of flows, in the order of the first of their ends. The
// columns of a direction that has no packets are zero or empty.
func (j *joiner) of(flows *Rows) *Rows {
	j.pair(flows)
	n := len(flows.Columns) - flowIndColumn - 1
	if j.vecs == nil {
		j.vecs = make([]value.Vec, 2+2*n)
	}
	j.rows.N, j.rows.At, j.rows.Columns = len(j.pairs), j.rows.At[:0], j.rows.Columns[:0]
	for k := range j.vecs {
		j.rows.Columns = append(j.rows.Columns, &j.vecs[k])
	}
	j.vecs[0].Reset(value.Uint64)
	j.vecs[1].Reset(value.Text)
	for _, p := range j.pairs {
		row := max(p[0], p[1])
		j.vecs[0].Append(flows.Columns[flowIndColumn].Bytes(row))
		j.rows.At = append(j.rows.At, flows.At[row])
		switch {
		case p[1] < 0:
			j.vecs[1].Append([]byte("A"))
		case p[0] < 0:
			j.vecs[1].Append([]byte("B"))
		default:
			j.vecs[1].Append([]byte("AB"))
		}
	}
	for side := range 2 {
		for i := range n {
			j.join(&j.vecs[2+side*n+i], flows.Columns[flowIndColumn+1+i], side)
		}
	}
	return &j.rows
}

// join sets to to one side's values of a column.
func (j *joiner) join(to, from *value.Vec, side int) {
	var none [value.IPSize]byte
	to.Reset(from.Type)
	for _, p := range j.pairs {
		if p[side] < 0 {
			to.Append(none[:from.Type.Size()])
		} else {
			to.Append(from.Bytes(p[side]))
		}
	}
}

// pair finds the two rows of each conversation. B comes after A, nearly always at once.
func (j *joiner) pair(flows *Rows) {
	j.pairs = j.pairs[:0]
	dir, index := flows.Columns[dirColumn], flows.Columns[flowIndColumn]
	for i := range flows.N {
		if dir.Bytes(i)[0] == 'A' {
			j.pairs = append(j.pairs, [2]int{i, -1})
			continue
		}
		k := len(j.pairs) - 1
		for k >= 0 && (j.pairs[k][1] >= 0 || !bytes.Equal(index.Bytes(j.pairs[k][0]), index.Bytes(i))) {
			k--
		}
		if k >= 0 {
			j.pairs[k][1] = i
		} else {
			j.pairs = append(j.pairs, [2]int{-1, i})
		}
	}
}
