package stream

import (
	"encoding/binary"
	"errors"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/value"
)

// tableOf returns the stream of a table: the packet time of each row's state, its key, its row.
func tableOf(t *sdk.TableInfo) Stream {
	owner, _ := value.Owner(t.Name)
	s := Stream{Name: t.Name, Key: 1 + len(t.Key)}
	s.Columns = append(s.Columns, value.Column{Name: "time", Type: value.Time, Doc: "the packet time at which the table was so"})
	s.Columns = append(append(s.Columns, t.Key...), t.Row...)
	for range s.Columns {
		s.Owners = append(s.Owners, owner)
	}
	s.Owners[0] = ""
	s.Record = len(s.Columns)
	return s
}

// table is a table as it is at an event of the batch.
type table struct {
	key, row []value.Column
	puts     []tablePut
	kept     sdk.Ordered[string, []byte]

	rows Rows
	vecs []value.Vec
}

// tablePut is who gets the states of a table, and how often.
type tablePut struct {
	every int64 // packet time, nanoseconds, a multiple of the tap's ticks; 0: at the end only
	put   Put
}

var errRow = errors.New("row of a table is not of its types")

// apply changes the table.
func (t *table) apply(d *answer.Delta) error {
	if d.Deleted {
		t.kept.Delete(string(d.Key))
		return nil
	}
	if !value.Whole(t.key, d.Key) || !value.Whole(t.row, d.Row) {
		return errRow
	}
	t.kept.Set(string(d.Key), append([]byte(nil), d.Row...))
	return nil
}

// send sends the table as it is at a packet time.
func (t *table) send(put Put, at int64) error {
	if t.kept.Len() == 0 {
		return nil
	}
	if t.vecs == nil {
		t.vecs = make([]value.Vec, 1+len(t.key)+len(t.row))
	}
	t.vecs[0].Reset(value.Time)
	for i, c := range append(t.key[:len(t.key):len(t.key)], t.row...) {
		t.vecs[1+i].Reset(c.Type)
	}
	t.rows.N, t.rows.At, t.rows.Columns = t.kept.Len(), t.rows.At[:0], t.rows.Columns[:0]
	for k, r := range t.kept.All() {
		t.rows.At = append(t.rows.At, at)
		t.vecs[0].Data = binary.LittleEndian.AppendUint64(t.vecs[0].Data, uint64(at))
		split(t.vecs[1:], t.key, []byte(k))
		split(t.vecs[1+len(t.key):], t.row, r)
	}
	for i := range t.vecs {
		t.rows.Columns = append(t.rows.Columns, &t.vecs[i])
	}
	return put(&t.rows)
}

// split adds the fields of a key or row to columns.
func split(to []value.Vec, fields []value.Column, b []byte) {
	for i, f := range fields {
		v, rest, _ := f.Type.Cut(b) // apply has checked it
		to[i].Append(v)
		b = rest
	}
}
