package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
)

// RowsWriter sends rows through an outlet of rows. It is used in callbacks only. A row is complete when
// Pass or Add is called, after the row's own columns were written.
type RowsWriter struct {
	env   *Env
	index uint16
	own   []value.Vec // the outlet's own columns
	ends  []uint32    // that the rows pass on
	rows  int
	bytes int // of a row's own columns so far, about
}

// Rows returns the writer of the outlet of rows that the plugin declared under that name. Call it in
// Open, which fails if there is none.
func (e *Env) Rows(name string) *RowsWriter {
	for i := range e.plugin.Outlets {
		o := &e.plugin.Outlets[i]
		if o.Name != name || !o.HasRows() {
			continue
		}
		for _, w := range e.rows {
			if int(w.index) == i {
				return w
			}
		}
		w := &RowsWriter{env: e, index: uint16(i), own: answer.Cleared(nil, o.Columns)}
		e.rows = append(e.rows, w)
		return w
	}
	e.fail(errors.New("outlet " + name + " is used for rows but not declared so in Outlets (" + guard.Author() + ")"))
	return &RowsWriter{env: e}
}

// maxRowBytes is the number of bytes of own columns after which rows leave before the batch ends.
const maxRowBytes = 64 << 10

// Pass completes a row that passes the outlet's fields and columns of a flow end on. A flow end may be passed on
// several times.
func (w *RowsWriter) Pass(end EndRow) {
	if n := len(w.ends); n > 0 && w.ends[n-1] >= uint32(end.i) {
		w.split() // rows that leave together ascend
	}
	w.ends = append(w.ends, uint32(end.i))
	w.complete()
}

// PassAll completes a row for each of these flow ends, in their order. Own columns must have been written for
// each.
func (w *RowsWriter) PassAll(rows EndRows) {
	if w.rows > 0 {
		w.flush(false)
	}
	w.rows = rows.N
	r := answer.Rows{Outlet: w.index, N: rows.N, OfEnds: true}
	if rows.N < rows.b.Ends.N { // a tick follows
		for i := range rows.N {
			r.Ends = append(r.Ends, uint32(rows.from+i))
		}
	}
	w.send(r, false)
}

// Add completes a row of an outlet that passes nothing on.
func (w *RowsWriter) Add() {
	if o := &w.env.plugin.Outlets[w.index]; len(o.Pass) > 0 {
		w.env.fail(errors.New("outlet " + o.Name + " passes columns of flow ends on, and a row is of none: call Pass"))
		return
	}
	w.complete()
}

func (w *RowsWriter) complete() {
	if w.env.out == nil {
		w.env.fail(errors.New("outlet " + w.env.plugin.Outlets[w.index].Name + " is used outside a batch"))
		return
	}
	w.rows++
	if w.bytes >= maxRowBytes {
		w.flush(false)
	}
}

// split sends the rows that are complete, and keeps what was written of the next one.
func (w *RowsWriter) split() {
	next := make([]value.Vec, len(w.own))
	for i := range w.own {
		v := &w.own[i]
		if v.Len() >= w.rows {
			next[i], *v = v.Slice(w.rows, v.Len()), v.Slice(0, w.rows)
		}
	}
	w.flush(false)
	for i := range next {
		if next[i].Type != 0 {
			w.own[i].Data, w.own[i].Ends = append(w.own[i].Data, next[i].Data...), append(w.own[i].Ends, next[i].Ends...)
		}
	}
}

// flush sends the rows that are complete. last is set at the end of a batch.
func (w *RowsWriter) flush(last bool) {
	if w.rows == 0 {
		return
	}
	r := answer.Rows{Outlet: w.index, N: w.rows, OfEnds: len(w.ends) > 0}
	if r.OfEnds {
		r.Ends = w.ends
	}
	w.send(r, last)
}

func (w *RowsWriter) send(r answer.Rows, last bool) {
	e := w.env
	o := &e.plugin.Outlets[w.index]
	for i := range w.own {
		if n := w.own[i].Len(); n != r.N {
			e.fail(errors.New("column " + o.Columns[i].Name + " of outlet " + o.Name + " has " + strconv.Itoa(n) + " values for " + strconv.Itoa(r.N) + " rows: it must be written once for each"))
			return
		}
	}
	r.Columns = w.own
	if r.N > 0 && e.err == nil {
		e.fail(e.out.AddRows(r, w.bytes+4*len(r.Ends)))
	}
	w.rows, w.bytes = 0, 0
	if last {
		return // the answer has the memory until the next batch
	}
	w.own, w.ends = answer.Cleared(nil, o.Columns), nil
}

// begin empties the writer before a batch.
func (w *RowsWriter) begin() {
	w.own, w.ends = answer.Cleared(w.own, w.env.plugin.Outlets[w.index].Columns), w.ends[:0]
	w.rows, w.bytes = 0, 0
}

// RowColumn writes a column of an outlet's own.
type RowColumn[T ColumnValue] struct {
	rows   *RowsWriter
	column int
}

// RowWriter returns the writer of the column for the rows of an outlet, which must have it ([Outlet.Own]).
func (c *Column[T]) RowWriter(rows *RowsWriter) *RowColumn[T] {
	return &RowColumn[T]{rows, rows.column(&c.declared)}
}

// Put writes the value of the row that Pass or Add completes next.
func (w *RowColumn[T]) Put(v T) {
	if w.column < 0 {
		return
	}
	vec := &w.rows.own[w.column]
	before := len(vec.Data)
	values := [1]T{v}
	list := values[:]
	appendValues(vec, &list)
	w.rows.bytes += len(vec.Data) - before + 4
}

// RowLists writes a column of lists of an outlet's own.
type RowLists[T ColumnValue] struct {
	rows   *RowsWriter
	column int
}

// RowWriter returns the writer of the column for the rows of an outlet, which must have it ([Outlet.Own]).
func (c *ListColumn[T]) RowWriter(rows *RowsWriter) *RowLists[T] {
	return &RowLists[T]{rows, rows.column(&c.declared)}
}

// Put writes the list of the row that Pass or Add completes next.
func (w *RowLists[T]) Put(list []T) {
	if w.column < 0 {
		return
	}
	vec := &w.rows.own[w.column]
	before := len(vec.Data)
	for i := range list {
		vec.Data = appendElem(vec.Data, &list[i])
	}
	vec.Ends = append(vec.Ends, uint32(len(vec.Data)))
	w.rows.bytes += len(vec.Data) - before + 4
}

// column returns the index of a column among the outlet's own; -1, and the plugin does not open, if it has none.
func (w *RowsWriter) column(c *declared) int {
	if int(w.index) < len(w.env.plugin.Outlets) {
		for i, own := range w.env.plugin.Outlets[w.index].Columns {
			if own.Name == c.info.Name && own.Type == c.info.Type {
				return i
			}
		}
	}
	w.env.fail(errors.New("column " + c.Info().Name + " is written but not declared: add it to Own of the outlet (" + guard.Author() + ")"))
	return -1
}
