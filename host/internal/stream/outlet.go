package stream

import (
	"fmt"
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// outletOf returns the stream of a plugin's outlet of rows: the fields and columns that it passes on, and its own.
func outletOf(p *sdk.Plugin, o *sdk.Outlet, plugins []*sdk.Plugin) Stream {
	s := Stream{Name: p.Name + "." + o.Name}
	for _, name := range o.Pass {
		s.Columns = append(s.Columns, passed(name, p, plugins))
		owner, short := value.Owner(name)
		if short == "" {
			owner = ""
		}
		s.Owners = append(s.Owners, owner)
	}
	for _, c := range o.Columns {
		s.Columns, s.Owners = append(s.Columns, c), append(s.Owners, p.Name)
	}
	s.Record = len(s.Columns)
	s.unique()
	return s
}

// passed describes a field of flow ends or the column of a plugin, which p reads.
func passed(name string, p *sdk.Plugin, plugins []*sdk.Plugin) value.Column {
	owner, short := value.Owner(name)
	if short == "" {
		return fieldColumns[field.FlowNamed(name)]
	}
	for _, q := range plugins {
		i := slices.IndexFunc(q.Columns, func(c value.Column) bool { return c.Name == short })
		if q.Name == owner && i >= 0 {
			return q.Columns[i]
		}
	}
	i := slices.IndexFunc(p.Ends.Columns, func(c value.Column) bool { return c.Name == name })
	c := p.Ends.Columns[i] // of an optional plugin that is not loaded
	c.Name = short
	return c
}

// Outlet makes the rows of a plugin's outlet: the plugin says which flow ends, the values are the
// host's.
type Outlet struct {
	pass   []passing
	rows   Rows
	vecs   []value.Vec
	picked []value.Vec
	at     []int
}

// passing is a field, or the index of a column that the plugin reads.
type passing struct {
	field  field.Flow
	column int
}

// NewOutlet returns the rows of outlet o of p, which is as declared for the run.
func NewOutlet(p *sdk.Plugin, o *sdk.Outlet) *Outlet {
	out := &Outlet{}
	for _, name := range o.Pass {
		at := slices.IndexFunc(p.Ends.Columns, func(c value.Column) bool { return c.Name == name })
		out.pass = append(out.pass, passing{field.FlowNamed(name), at})
	}
	out.vecs, out.picked = make([]value.Vec, len(out.pass)), make([]value.Vec, len(out.pass))
	return out
}

// Rows returns rows that the plugin answered to b.
func (o *Outlet) Rows(r *answer.Rows, b *sdk.Batch) (*Rows, error) {
	o.rows = Rows{N: r.N, Columns: o.rows.Columns[:0], At: o.rows.At[:0]}
	if len(o.pass) > 0 && !r.OfEnds {
		return nil, fmt.Errorf("rows of outlet %d pass columns on, and are of no flow end", r.Outlet)
	}
	for k, p := range o.pass {
		v := &o.vecs[k]
		if p.column >= 0 {
			v = &b.Ends.Columns[p.column]
		} else {
			setField(v, &b.Ends, p.field)
		}
		o.rows.Columns = append(o.rows.Columns, v)
	}
	if r.Ends != nil {
		o.at = o.at[:0]
		for _, end := range r.Ends {
			o.at = append(o.at, int(end))
		}
		for k := range o.pass {
			o.picked[k] = o.rows.Columns[k].Pick(o.at)
			o.rows.Columns[k] = &o.picked[k]
		}
	}
	for k := range r.Columns {
		o.rows.Columns = append(o.rows.Columns, &r.Columns[k])
	}
	for i := range r.N {
		at := b.Time
		switch {
		case r.Ends != nil && len(b.Ends.At) > 0:
			at = b.Ends.At[r.Ends[i]]
		case r.OfEnds && len(b.Ends.At) > 0:
			at = b.Ends.At[i]
		}
		o.rows.At = append(o.rows.At, at)
	}
	return &o.rows, nil
}
