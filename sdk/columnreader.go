package sdk

import (
	"errors"
	"slices"

	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
)

// ColumnReader reads a column of another plugin. It is used in Loop.EndFlow and Loop.Ends. If that
// plugin is optional and not loaded, all values are zero or empty.
type ColumnReader[T ColumnValue] struct {
	values []T // of the batch, one for each flow end
}

// Reader returns the reader of the column. Call it in Open, which fails if [EndSelect.With] does
// not list the column.
func (c *Column[T]) Reader(env *Env) *ColumnReader[T] {
	r := &ColumnReader[T]{}
	env.read(&c.declared, r)
	return r
}

// Get returns the value at a flow end.
func (r *ColumnReader[T]) Get(end EndRow) T { return r.values[end.i] }

// All returns the values of these flow ends, by their index. They are valid during the callback and must not be written.
func (r *ColumnReader[T]) All(rows EndRows) []T { return r.values[rows.from : rows.from+rows.N] }

func (r *ColumnReader[T]) begin(v *value.Vec) { readValues(v, &r.values) }

// ListReader reads a column of lists of another plugin, as [ColumnReader] does one of values.
type ListReader[T ColumnValue] struct {
	lists *value.Vec
	list  []T
}

// Reader returns the reader of the column. Call it in Open, which fails if [EndSelect.With] does
// not list the column.
func (c *ListColumn[T]) Reader(env *Env) *ListReader[T] {
	r := &ListReader[T]{}
	env.read(&c.declared, r)
	return r
}

// Get returns the list at a flow end. It is valid until the next call.
func (r *ListReader[T]) Get(end EndRow) []T {
	r.list = appendElems(r.list[:0], r.lists.Bytes(end.i))
	return r.list
}

func (r *ListReader[T]) begin(v *value.Vec) { r.lists = v }

// reader is the reader of a column of any type.
type reader interface {
	begin(v *value.Vec) // before a batch, in which the column is v
}

// reading is a reader and the index of its column among those that the plugin reads.
type reading struct {
	column int
	reader reader
}

// read prepares a reader of a column of another plugin.
func (e *Env) read(c *declared, r reader) {
	r.begin(&value.Vec{Type: c.info.Type})
	name := c.Info().Name
	i := slices.IndexFunc(e.reads, func(o ColumnInfo) bool { return o.Name == name })
	switch {
	case i < 0:
		e.fail(errors.New("column " + name + " is read but not declared: add it to Ends by With (" + guard.Author() + ")"))
	case e.reads[i].Type != c.info.Type:
		e.fail(errors.New("column " + name + " is " + e.reads[i].Type.String() + " and is read as " + c.info.Type.String() + " (" + guard.Author() + ")"))
	default:
		e.readers = append(e.readers, reading{i, r})
	}
}
