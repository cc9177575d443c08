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
	if o.PassesAll() {
		before := plugins[:slices.Index(plugins, p)]
		record := flowsOf(before)
		s.Columns, s.Owners = slices.Clip(record.Columns[:record.Record]), slices.Clip(record.Owners[:record.Record])
		s.Passed = append(s.Passed, Passed{Field: field.Dir}, Passed{Field: field.FlowInd})
		for _, q := range before {
			for _, c := range q.Columns {
				s.Passed = append(s.Passed, Passed{Column: q.Name + "." + c.Name})
			}
		}
	}
	for _, name := range o.Pass {
		s.pass(name, plugins)
	}
	for _, c := range o.Columns {
		s.Columns, s.Owners = append(s.Columns, c), append(s.Owners, p.Name)
	}
	s.Record = len(s.Columns)
	s.unique()
	return s
}

// Passed is a field of flow ends, or the column "plugin.column", whose values the rows of an outlet pass on.
type Passed struct {
	Field  field.Flow
	Column string
}

// pass adds a field of flow ends, or the column of a plugin if it is loaded.
func (s *Stream) pass(name string, plugins []*sdk.Plugin) {
	if name == sdk.PassAll {
		return
	}
	owner, short := value.Owner(name)
	if short == "" {
		f := field.FlowNamed(name)
		c := fieldColumns[f]
		if f == field.Dir {
			c = value.Column{Name: "dir", Type: value.Text, Doc: "Flow direction"}
		}
		s.Columns, s.Owners = append(s.Columns, c), append(s.Owners, "")
		s.Passed = append(s.Passed, Passed{Field: f})
		return
	}
	for _, q := range plugins {
		i := slices.IndexFunc(q.Columns, func(c value.Column) bool { return c.Name == short })
		if q.Name == owner && i >= 0 {
			s.Columns, s.Owners = append(s.Columns, q.Columns[i]), append(s.Owners, owner)
			s.Passed = append(s.Passed, Passed{Column: name})
		}
	}
}

// Fields returns the fields of flow ends that outlets of rows of a plugin pass on, and those that all rows of flow
// ends have.
func Fields(p *sdk.Plugin) field.Flow {
	var fields field.Flow
	for i := range p.Outlets {
		o := &p.Outlets[i]
		if !o.HasRows() {
			continue
		}
		fields |= field.At
		if o.PassesAll() {
			fields |= field.Dir | field.FlowInd
		}
		for _, name := range o.Pass { // PassAll names no field
			fields |= field.FlowNamed(name)
		}
	}
	return fields
}

// Outlet makes the rows of a plugin's outlet: the plugin says which flow ends, the values are the
// host's.
type Outlet struct {
	pass   []Passed
	index  []int // of each in the columns that Rows gets; -1: a field
	rows   Rows
	vecs   []value.Vec
	picked []value.Vec
	at     []int
}

// NewOutlet returns the rows of an outlet with this stream. columns are those that Rows gets.
func NewOutlet(s *Stream, columns []string) *Outlet {
	out := &Outlet{pass: s.Passed, vecs: make([]value.Vec, len(s.Passed)), picked: make([]value.Vec, len(s.Passed))}
	for _, p := range s.Passed {
		out.index = append(out.index, slices.Index(columns, p.Column))
	}
	return out
}

// Rows returns rows that the plugin answered to a batch with these flow ends and columns, at a packet time.
func (o *Outlet) Rows(r *answer.Rows, e *sdk.Ends, columns []value.Vec, time int64) (*Rows, error) {
	o.rows = Rows{N: r.N, Columns: o.rows.Columns[:0], At: o.rows.At[:0]}
	if len(o.pass) > 0 && !r.OfEnds {
		return nil, fmt.Errorf("rows of outlet %d pass columns on, and are of no flow end", r.Outlet)
	}
	for k, p := range o.pass {
		v := &o.vecs[k]
		switch {
		case o.index[k] >= 0:
			v = &columns[o.index[k]]
		case p.Field == field.Dir:
			setDir(v, e)
		default:
			setField(v, e, p.Field)
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
		switch {
		case r.Ends != nil:
			time = e.At[r.Ends[i]]
		case r.OfEnds:
			time = e.At[i]
		}
		o.rows.At = append(o.rows.At, time)
	}
	return &o.rows, nil
}
