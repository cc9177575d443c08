package sdk

import (
	"errors"
	"iter"
	"strconv"

	"github.com/t2host/t2host/sdk/answer"
)

// Table is the declaration of an export: an ordered table with a typed key and
// typed rows that one plugin writes and others read. Consumers import the
// producer's package for this variable only.
type Table[K comparable, R any] struct {
	name      string
	keyFields func(*K, *TableFields)
	rowFields func(*R, *TableFields)
}

type visited[T any] interface {
	*T
	Fields(*TableFields)
}

// NewTable declares a table. Its name is "plugin.table".
func NewTable[K comparable, R any, PK visited[K], PR visited[R]](name string) *Table[K, R] {
	return &Table[K, R]{
		name:      name,
		keyFields: func(k *K, f *TableFields) { PK(k).Fields(f) },
		rowFields: func(r *R, f *TableFields) { PR(r).Fields(f) },
	}
}

// MaxTable bounds a table in bytes: those of its keys and rows, and 64 for each row.
const MaxTable = 16 << 20

// most returns how many rows the table may have.
func (t *Table[K, R]) most() int {
	info := t.Info()
	size := 64
	for _, c := range append(info.Key, info.Row...) {
		size += c.Type.Size()
	}
	return MaxTable / size
}

func (t *Table[K, R]) full(most int) error {
	return errors.New("table " + t.name + " has more than " + strconv.Itoa(most) + " rows, for which it has no room: delete some")
}

// AnyTable is a table of any key and row: what a declaration lists.
type AnyTable interface{ Info() TableInfo }

// TableInfo describes a table.
type TableInfo struct {
	Name     string // "plugin.table"
	Key, Row []Column
}

// Info describes the table.
func (t *Table[K, R]) Info() TableInfo {
	var k K
	var r R
	return TableInfo{
		Name: t.name,
		Key:  declared(func(f *TableFields) { t.keyFields(&k, f) }),
		Row:  declared(func(f *TableFields) { t.rowFields(&r, f) }),
	}
}

// Writer gives the table to the plugin that declared it as an export. Call it
// in Open.
func (t *Table[K, R]) Writer(env *Env) *TableWriter[K, R] {
	for i, e := range env.plugin.Exports {
		if e.Name == t.name {
			return &TableWriter[K, R]{table: t, env: env, index: uint16(i), most: t.most()}
		}
	}
	env.fail(errors.New("table " + t.name + " is written but not declared in Exports"))
	return &TableWriter[K, R]{table: t, env: env}
}

// TableWriter is the writing side of a table. Changes are made at flow ends only, so
// that a reader sees the table as it stood at that very end.
type TableWriter[K comparable, R any] struct {
	table *Table[K, R]
	env   *Env
	index uint16
	most  int // rows
	rows  Ordered[K, R]
}

// Set sets the row of k to r: in its place if it has one, else after all others. The
// run ends with an error where the table has no room for another row, see [MaxTable].
func (w *TableWriter[K, R]) Set(k K, r R) {
	w.rows.Set(k, r)
	if w.rows.Len() > w.most {
		w.env.fail(w.table.full(w.most))
		return
	}
	w.change(k, func(b []byte) []byte {
		return written(b, func(f *TableFields) { w.table.rowFields(&r, f) })
	})
}

// Delete frees the place of k.
func (w *TableWriter[K, R]) Delete(k K) {
	if w.rows.Delete(k) {
		w.change(k, nil)
	}
}

func (w *TableWriter[K, R]) change(k K, row func([]byte) []byte) {
	out := w.env.out
	if out == nil || !w.env.atEnd {
		w.env.fail(errors.New("table " + w.table.name + " is changed outside a flow end"))
		return
	}
	w.env.fail(out.AddDelta(uint32(w.env.next-1), w.index,
		func(b []byte) []byte { return written(b, func(f *TableFields) { w.table.keyFields(&k, f) }) }, row))
}

// Len is the number of rows.
func (w *TableWriter[K, R]) Len() int { return w.rows.Len() }

// Get gives the row of k and whether there is one.
func (w *TableWriter[K, R]) Get(k K) (R, bool) { return w.rows.Get(k) }

// All walks the rows in their order.
func (w *TableWriter[K, R]) All() iter.Seq2[K, R] { return w.rows.All() }

// View gives the table to a plugin that declared it as an import. Call it in
// Open.
func (t *Table[K, R]) View(env *Env) *TableView[K, R] {
	v := &TableView[K, R]{most: t.most()}
	for i := range env.plugin.Imports {
		if env.plugin.Imports[i].Name == t.name {
			env.views[i] = func(d *answer.Delta) error { return v.apply(t, d) }
			return v
		}
	}
	env.fail(errors.New("table " + t.name + " is read but not declared in Imports"))
	return v
}

// TableView is the reading side of a table: at a flow end it is the table as it
// stood at that end, the producer's changes of this end included.
type TableView[K comparable, R any] struct {
	most int // rows: whoever wrote it, the reader's memory is bounded
	rows Ordered[K, R]
}

func (v *TableView[K, R]) apply(t *Table[K, R], d *answer.Delta) error {
	var k K
	var r R
	if !read(d.Key, func(f *TableFields) { t.keyFields(&k, f) }) {
		return errors.New("table " + t.name + ": malformed key")
	}
	if d.Deleted {
		v.rows.Delete(k)
		return nil
	}
	if !read(d.Row, func(f *TableFields) { t.rowFields(&r, f) }) {
		return errors.New("table " + t.name + ": malformed row")
	}
	v.rows.Set(k, r)
	if v.rows.Len() > v.most {
		return t.full(v.most)
	}
	return nil
}

// Len is the number of rows.
func (v *TableView[K, R]) Len() int { return v.rows.Len() }

// Get gives the row of k and whether there is one.
func (v *TableView[K, R]) Get(k K) (R, bool) { return v.rows.Get(k) }

// All walks the rows in their order.
func (v *TableView[K, R]) All() iter.Seq2[K, R] { return v.rows.All() }

// Same says whether two descriptions are of one table: name, and names and
// types of key and row.
func (t *TableInfo) Same(o *TableInfo) bool {
	return t.Name == o.Name && sameColumns(t.Key, o.Key) && sameColumns(t.Row, o.Row)
}

func sameColumns(a, b []Column) bool {
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
