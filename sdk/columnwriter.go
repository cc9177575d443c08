package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
)

// ColumnWriter writes a column of the plugin. It is used in Loop.EndFlow and Loop.Ends.
type ColumnWriter[T ColumnValue] struct {
	values []T // of the batch, one for each flow end
	n      int // written
}

// Writer returns the writer of the column. Call it in Open, which fails if Spec.Columns does not
// list the column.
func (c *Column[T]) Writer(env *Env) *ColumnWriter[T] {
	w := &ColumnWriter[T]{}
	env.write(&c.declared, w)
	return w
}

// Put writes the value at a flow end. Each end must have one.
func (w *ColumnWriter[T]) Put(end EndRow, v T) {
	w.values[end.i] = v
	w.n++
}

// All returns the values of these flow ends, zero so far, to be written by their index. They count as written.
func (w *ColumnWriter[T]) All(rows EndRows) []T {
	w.n += rows.N
	return w.values[rows.from : rows.from+rows.N]
}

func (w *ColumnWriter[T]) begin(ends int, _ *value.Vec) {
	if cap(w.values) < ends {
		w.values = make([]T, ends)
	}
	w.values, w.n = w.values[:ends], 0
	clear(w.values)
}

func (w *ColumnWriter[T]) finish(v *value.Vec) int {
	appendValues(v, &w.values)
	return w.n
}

// ListWriter writes a column of lists, as [ColumnWriter] does one of values.
type ListWriter[T ColumnValue] struct{ lists *value.Vec }

// Writer returns the writer of the column. Call it in Open, which fails if Spec.Columns does not
// list the column.
func (c *ListColumn[T]) Writer(env *Env) *ListWriter[T] {
	w := &ListWriter[T]{}
	env.write(&c.declared, w)
	return w
}

// Put writes the list at a flow end, which it copies. Each end must have one, in ascending order.
func (w *ListWriter[T]) Put(end EndRow, list []T) {
	v := w.lists
	if len(v.Ends) == end.i { // otherwise the count tells
		for i := range list {
			v.Data = appendElem(v.Data, &list[i])
		}
	}
	v.Ends = append(v.Ends, uint32(len(v.Data)))
}

// PutAll writes the lists of these flow ends, such as those of a field of [Ends], which it
// copies. Their elements must have the width of T.
func (w *ListWriter[T]) PutAll(_ EndRows, lists *value.Vec) {
	w.lists.Data = append(w.lists.Data, lists.Data...)
	w.lists.Ends = append(w.lists.Ends, lists.Ends...)
}

func (w *ListWriter[T]) begin(_ int, v *value.Vec) { w.lists = v }

func (w *ListWriter[T]) finish(v *value.Vec) int { return len(v.Ends) }

// writer is the writer of a column of any type.
type writer interface {
	begin(ends int, v *value.Vec) // before a batch with so many flow ends, whose values v will hold
	finish(v *value.Vec) int      // adds to v what was written, and returns how many values that is
}

// write prepares a writer of a column of the plugin's own.
func (e *Env) write(c *declared, w writer) {
	w.begin(0, &value.Vec{})
	for i, own := range e.plugin.Columns {
		if own.Name == c.info.Name && c.owner == e.plugin.Name {
			e.writers[i] = w
			return
		}
	}
	e.fail(errors.New("column " + c.Info().Name + " is written but not declared: add it to Columns (" + guard.Author() + ")"))
}
