package stream

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// flowFields are what the streams of flows read of flow ends beside the columns of plugins.
const flowFields = field.At | field.Dir | field.FlowInd | field.FlowEndReason | field.ICMP

// flowsOf returns the stream of flow records: the record as T2 has it, and what its place may
// need beside it.
func flowsOf(plugins []*sdk.Plugin) Stream {
	s := Stream{Name: Flows}
	add := func(owner string, c value.Column) {
		s.Columns, s.Owners = append(s.Columns, c), append(s.Owners, owner)
	}
	add("", value.Column{Name: "dir", Type: value.Text, Doc: "Flow direction"})
	add("", value.Column{Name: "flowInd", Type: value.Uint64, Doc: "Flow index", Element: 148})
	for _, p := range plugins {
		for _, c := range p.Columns {
			add(p.Name, c)
		}
	}
	s.Record = len(s.Columns)
	add("", fieldColumns[field.FlowEndReason])
	add("", value.Column{Name: "icmpTypeCode", Type: value.Uint16, Doc: "256 times the type and the code of its first ICMP message", Element: 32})
	s.unique()
	return s
}

// flowRows makes the rows of flows of a batch.
type flowRows struct {
	rows                       Rows
	dir, flowInd, reason, icmp value.Vec
}

// setDir sets v to the directions of a batch's flow ends, A or B.
func setDir(v *value.Vec, e *sdk.Ends) {
	v.Reset(value.Text)
	for _, d := range e.Dir {
		v.Data = append(v.Data, "AB"[min(d, 1)])
		v.Ends = append(v.Ends, uint32(len(v.Data)))
	}
}

// of returns the rows of a batch's flow ends.
func (f *flowRows) of(e *sdk.Ends) *Rows {
	setDir(&f.dir, e)
	setField(&f.flowInd, e, field.FlowInd)
	setField(&f.reason, e, field.FlowEndReason)
	f.icmp.Reset(value.Uint16)
	for i := range e.N {
		if list := e.ICMP.Bytes(i); len(list) >= 2 {
			f.icmp.Data = append(f.icmp.Data, list[:2]...)
		} else {
			f.icmp.Data = append(f.icmp.Data, 0, 0)
		}
	}
	f.rows.N, f.rows.At = e.N, e.At
	f.rows.Columns = append(f.rows.Columns[:0], &f.dir, &f.flowInd)
	for i := range e.Columns {
		f.rows.Columns = append(f.rows.Columns, &e.Columns[i])
	}
	f.rows.Columns = append(f.rows.Columns, &f.reason, &f.icmp)
	return &f.rows
}
