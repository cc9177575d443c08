package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// ColumnInfo describes a column to the host.
type ColumnInfo = value.Column

// ColumnValue is a type of a column's values, or of the elements of its lists.
type ColumnValue interface {
	uint8 | uint16 | uint32 | uint64 | int64 | float32 | float64 | IP | MAC | string
}

// Column declares a column of flow records, with a value of type T at each flow end. It is a
// variable of the package of the plugin that writes it: that lists it in Spec.Columns and calls
// Writer, others list it in [EndSelect.With] and call Reader.
type Column[T ColumnValue] struct{ declared }

// NewColumn declares a column. Its name has letters, digits and _, at most 64 bytes. To read a
// column whose plugin cannot be imported, declare it again, named "plugin.column".
func NewColumn[T ColumnValue](name, doc string, options ...ColumnOption) *Column[T] {
	return &Column[T]{declare(name, doc, typeOf[T](), options)}
}

// ListColumn declares a column whose values are lists, as [Column] does. Lists may be empty and
// differ in length.
type ListColumn[T ColumnValue] struct{ declared }

// NewListColumn declares a column of lists, as [NewColumn] does.
func NewListColumn[T ColumnValue](name, doc string, options ...ColumnOption) *ListColumn[T] {
	return &ListColumn[T]{declare(name, doc, typeOf[T]()|value.List, options)}
}

// AnyColumn is a [Column] or [ListColumn] of any type, for Spec.Columns and [EndSelect.With].
type AnyColumn interface {
	Info() ColumnInfo
	own(plugin string)
}

// declared is what all columns have.
type declared struct {
	info  ColumnInfo
	owner string // the plugin that declares it, once Define has seen it
}

func declare(name, doc string, t value.Type, options []ColumnOption) declared {
	d := declared{info: ColumnInfo{Name: name, Type: t, Doc: doc}}
	if owner, short := value.Owner(name); short != "" {
		d.info.Name, d.owner = short, owner
	}
	for _, option := range options {
		option(&d.info)
	}
	return d
}

// Info returns the description of the column, named "plugin.column" if its plugin is known.
func (d *declared) Info() ColumnInfo {
	info := d.info
	if d.owner != "" {
		info.Name = d.owner + "." + info.Name
	}
	return info
}

// own notes the plugin of the column. It writes nothing that is noted already.
func (d *declared) own(plugin string) {
	if d.owner == "" {
		d.owner = plugin
	}
}

// ColumnOption adds to the declaration of a column.
type ColumnOption func(*ColumnInfo)

// ShowHex shows unsigned numbers as 0x and all their hex digits: a status.
func ShowHex(c *ColumnInfo) {
	if elem := c.Type.Elem(); elem < value.Uint8 || elem > value.Uint64 {
		c.Type = 0 // Validate refuses it
		return
	}
	c.Type += value.Hex8 - value.Uint8
}

// ShowTime shows int64s as points in time: nanoseconds since 1970 UTC, as seconds with nine decimals.
func ShowTime(c *ColumnInfo) { c.Type = shown(c.Type, value.Int64, value.Time) }

// ShowDuration shows int64s, nanoseconds, as seconds with nine decimals.
func ShowDuration(c *ColumnInfo) { c.Type = shown(c.Type, value.Int64, value.Duration) }

// ShowQuoted shows strings in quotes.
func ShowQuoted(c *ColumnInfo) { c.Type = shown(c.Type, value.Text, value.String) }

// shown returns the type of values of type t, which must be from, if they are shown as to are.
func shown(t, from, to value.Type) value.Type {
	if t.Elem() != from {
		return 0 // Validate refuses it
	}
	return to | t&value.List
}

// Unit tells the unit of the values, such as "bytes".
func Unit(unit string) ColumnOption { return func(c *ColumnInfo) { c.Unit = unit } }

// IPFIX tells which information element of IPFIX the column is: its number, and the enterprise
// that gave it, 0 for those of RFC 5102 and IANA's list.
func IPFIX(enterprise uint32, element uint16) ColumnOption {
	return func(c *ColumnInfo) { c.Enterprise, c.Element = enterprise, element }
}

// Alarm marks the records in which the column is not zero or empty: sinks can be limited to
// them.
func Alarm(c *ColumnInfo) { c.Alarm = true }

// How rows of tables merge over several runs. Ties go to the row that was set earlier, then to that
// of the run with the smaller key. A field without one merges as the row that was set last.
var (
	MergeSum   = merge("sum") // not of floats, whose sum depends on the order
	MergeMin   = merge("min")
	MergeMax   = merge("max")
	MergeFirst = merge("first") // of the row that was set first
	MergeLast  = merge("last")
)

// MergeWith merges a field of a row as another field of it, which has one of the rules above but
// sum: it is of the row whose other field won.
func MergeWith(name string) ColumnOption { return merge("with " + name) }

func merge(rule string) ColumnOption { return func(c *ColumnInfo) { c.Merge = rule } }

// complete passes on the values that were written at n flow ends, or returns an error unless
// each column has one for each.
func (e *Env) complete(n int) error {
	for i := range e.out.Columns {
		v := &e.out.Columns[i]
		written := v.Len() // by a stage that writes the answer itself
		if w := e.writers[i]; w != nil {
			written = w.finish(v)
		}
		if written != n {
			return e.miscounted(i, written, n)
		}
	}
	e.out.Metrics = e.metrics
	return nil
}

func (e *Env) miscounted(column, is, want int) error {
	return errors.New("column " + e.plugin.Columns[column].Name + " has " + strconv.Itoa(is) + " values for " + strconv.Itoa(want) + " flow ends: it must be written once at each")
}
