package sdk

import (
	"errors"
	"iter"
	"strconv"

	"github.com/t2host/t2host/sdk/answer"
)

// Table declares an ordered table with typed keys and rows that one plugin writes and others
// read. It is a variable of the package of the plugin that writes it: it lists it in
// Spec.Exports and calls Writer, the others list it in Spec.Imports and call View. Rows are in
// the order in which their keys were first set.
type Table[K comparable, R any] struct {
	name      string
	keyFields func(*K, *TableFields)
	rowFields func(*R, *TableFields)
}

type visited[T any] interface {
	*T
	Fields(*TableFields)
}

// NewTable declares a table. Its name must be "plugin.table". *K and *R have a method
// Fields(*TableFields), see [TableFields]; *[IP] has one.
func NewTable[K comparable, R any, PK visited[K], PR visited[R]](name string) *Table[K, R] {
	return &Table[K, R]{
		name:      name,
		keyFields: func(k *K, f *TableFields) { PK(k).Fields(f) },
		rowFields: func(r *R, f *TableFields) { PR(r).Fields(f) },
	}
}

// MaxTable is the largest size of a table in bytes: of its keys and rows, and 64 for each row.
const MaxTable = 16 << 20

// rows are the rows of a table on one side, and their size.
type rows[K comparable, R any] struct {
	Ordered[K, R]
	table *Table[K, R]
	width int // bytes of each row with its key, 0 if they differ
	bytes int
}

func (t *Table[K, R]) rows() rows[K, R] {
	info := t.Info()
	r := rows[K, R]{table: t, width: rowCost}
	for _, c := range append(info.Key, info.Row...) {
		if c.Type.Size() == 0 {
			r.width = 0
			return r
		}
		r.width += c.Type.Size()
	}
	return r
}

// rowCost is the memory of a row without its bytes.
const rowCost = 64

// size returns the size of a row.
func (s *rows[K, R]) size(k *K, r *R) int {
	if s.width > 0 {
		return s.width
	}
	return rowCost + measured(func(f *TableFields) { s.table.keyFields(k, f) }) + measured(func(f *TableFields) { s.table.rowFields(r, f) })
}

// set sets a row. It returns an error if the table is too large now.
func (s *rows[K, R]) set(k K, r R) error {
	if old, ok := s.Get(k); ok {
		s.bytes -= s.size(&k, &old)
	}
	s.Set(k, r)
	if s.bytes += s.size(&k, &r); s.bytes > MaxTable {
		return errors.New("table " + s.table.name + " has more than " + strconv.Itoa(MaxTable) + " bytes of keys and rows: delete some")
	}
	return nil
}

// remove deletes the row of k and reports whether there was one.
func (s *rows[K, R]) remove(k K) bool {
	if old, ok := s.Get(k); ok {
		s.bytes -= s.size(&k, &old)
	}
	return s.Delete(k)
}

// AnyTable is a [Table] of any key and row, for Spec.Exports and Spec.Imports.
type AnyTable interface{ Info() TableInfo }

// TableInfo describes a table to the host.
type TableInfo struct {
	Name     string // "plugin.table"
	Key, Row []ColumnInfo
}

// Info returns the description of the table.
func (t *Table[K, R]) Info() TableInfo {
	var k K
	var r R
	return TableInfo{
		Name: t.name,
		Key:  declaredFields(func(f *TableFields) { t.keyFields(&k, f) }),
		Row:  declaredFields(func(f *TableFields) { t.rowFields(&r, f) }),
	}
}

// Writer returns the writing side of the table, for the plugin that exports it. Call it in
// Open, which fails if Spec.Exports does not list the table.
func (t *Table[K, R]) Writer(env *Env) *TableWriter[K, R] {
	for i, e := range env.plugin.Exports {
		if e.Name == t.name {
			return &TableWriter[K, R]{table: t, env: env, index: uint16(i), rows: t.rows()}
		}
	}
	env.fail(errors.New("table " + t.name + " is written but not declared in Exports"))
	return &TableWriter[K, R]{table: t, env: env, rows: t.rows()}
}

// TableWriter is the writing side of a table. A reader sees at each event the table as it was at
// that event: changes have the moment of the row or tick of which they are, and must be in its
// order.
type TableWriter[K comparable, R any] struct {
	table *Table[K, R]
	env   *Env
	index uint16
	rows  rows[K, R]
}

// Set sets the row of k to r at a moment. A new key comes after all others. The run ends with an
// error if the table grows beyond [MaxTable].
func (w *TableWriter[K, R]) Set(at Moment, k K, r R) {
	if !at.usable(w.env, w.table.name) {
		return
	}
	if err := w.rows.set(k, r); err != nil {
		w.env.fail(err)
		return
	}
	w.change(at, k, func(b []byte) []byte {
		return written(b, func(f *TableFields) { w.table.rowFields(&r, f) })
	})
}

// Delete deletes the row of k at a moment, if there is one.
func (w *TableWriter[K, R]) Delete(at Moment, k K) {
	if at.usable(w.env, w.table.name) && w.rows.remove(k) {
		w.change(at, k, nil)
	}
}

func (w *TableWriter[K, R]) change(at Moment, k K, row func([]byte) []byte) {
	if at.order < w.env.last {
		w.env.fail(errors.New("table " + w.table.name + " is changed out of order: at the begin of a flow beside Columns, or at an earlier flow end"))
		return
	}
	w.env.last = at.order
	w.env.fail(w.env.out.AddDelta(at.order, w.index,
		func(b []byte) []byte { return written(b, func(f *TableFields) { w.table.keyFields(&k, f) }) }, row))
}

// Len returns the number of rows.
func (w *TableWriter[K, R]) Len(Moment) int { return w.rows.Len() }

// Get returns a copy of the row of k, and whether there is one.
func (w *TableWriter[K, R]) Get(_ Moment, k K) (R, bool) { return w.rows.Get(k) }

// All returns an iterator over the rows in order. The table must not change during it.
func (w *TableWriter[K, R]) All(Moment) iter.Seq2[K, R] { return w.rows.All() }

// View returns the reading side of the table, for a plugin that imports it. Call it in Open,
// which fails if Spec.Imports does not list the table.
func (t *Table[K, R]) View(env *Env) *TableView[K, R] {
	v := &TableView[K, R]{table: t, env: env, rows: t.rows()}
	for i := range env.plugin.Imports {
		if env.plugin.Imports[i].Name == t.name {
			env.views[i] = func(d *answer.Delta) error { return v.apply(t, d) }
			return v
		}
	}
	env.fail(errors.New("table " + t.name + " is read but not declared in Imports"))
	return v
}

// TableView is the reading side of a table. At an event it is the table as it was after the
// changes that its plugin made at that event, and in Loop.Report as it was at the end of the
// run. It is empty if the plugin is optional and not loaded.
type TableView[K comparable, R any] struct {
	table *Table[K, R]
	env   *Env
	rows  rows[K, R] // whoever wrote it, their size is bounded here too
}

func (v *TableView[K, R]) apply(t *Table[K, R], d *answer.Delta) error {
	var k K
	var r R
	if !read(d.Key, func(f *TableFields) { t.keyFields(&k, f) }) {
		return errors.New("table " + t.name + ": malformed key")
	}
	if d.Deleted {
		v.rows.remove(k)
		return nil
	}
	if !read(d.Row, func(f *TableFields) { t.rowFields(&r, f) }) {
		return errors.New("table " + t.name + ": malformed row")
	}
	return v.rows.set(k, r)
}

// at returns the rows at a moment.
func (v *TableView[K, R]) at(at Moment) *Ordered[K, R] {
	at.usable(v.env, v.table.name)
	return &v.rows.Ordered
}

// Len returns the number of rows at a moment.
func (v *TableView[K, R]) Len(at Moment) int { return v.at(at).Len() }

// Get returns a copy of the row of k at a moment, and whether there is one.
func (v *TableView[K, R]) Get(at Moment, k K) (R, bool) { return v.at(at).Get(k) }

// All returns an iterator over the rows at a moment, in order. It is valid during the callback.
func (v *TableView[K, R]) All(at Moment) iter.Seq2[K, R] { return v.at(at).All() }

// Same reports whether t and o describe the same table: its name, and the names and types of
// key and row.
func (t *TableInfo) Same(o *TableInfo) bool {
	return t.Name == o.Name && sameColumns(t.Key, o.Key) && sameColumns(t.Row, o.Row)
}

func sameColumns(a, b []ColumnInfo) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Type != b[i].Type {
			return false
		}
	}
	return true
}
