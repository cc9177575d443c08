package pipeline

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// Alarms tells which flow ends a stage reads, as T2's alarm mode does.
type Alarms uint8

// The modes.
const (
	AlarmsOff Alarms = iota // all
	AlarmsOr                // those at which a plugin has an alarm
	AlarmsAnd               // those at which each plugin that can have one has one
)

// Raised are the alarms of a run.
type Raised struct {
	Alarms uint64 // the sum of the columns that are alarms; one for a value that is no number
	Flows  uint64 // flow ends that have one
	Ends   uint64 // flow ends
}

// OnlyAlarms reports whether a plugin can be limited to the flow ends with an alarm: it is a sink,
// and reads nothing of flows but their ends. One that keeps a state of live flows must see all ends.
func OnlyAlarms(p *sdk.Plugin) bool {
	return p.IsSink() && p.Ends.On && p.Packets.Size() == 0 && !p.Starts.On
}

// alarm is a stage that has columns that are alarms.
type alarm struct {
	stage   int
	columns []int
}

func alarmOf(stage int, p *sdk.Plugin) alarm {
	a := alarm{stage: stage}
	for k, c := range p.Columns {
		if c.Alarm {
			a.columns = append(a.columns, k)
		}
	}
	return a
}

// raised reports whether one of the columns is neither zero nor empty at flow end i.
func (a *alarm) raised(b *batch.Batch, i int) bool {
	columns := b.Answer(a.stage).Columns
	for _, k := range a.columns {
		if !columns[k].Zero(i) {
			return true
		}
	}
	return false
}

// marked returns the indexes of the flow ends that have an alarm, of the stages before stage, which have answered
// the batch.
func (p *Pipeline) marked(b *batch.Batch, stage, ends int) []int {
	s := p.stages[stage]
	var at []int
	for i := range ends {
		some, all := false, true
		for k := range p.alarms {
			if a := &p.alarms[k]; a.stage < stage {
				raised := a.raised(b, i)
				some, all = some || raised, all && raised
			}
		}
		if some && (all || s.Alarms == AlarmsOr) {
			at = append(at, i)
		}
	}
	s.Marked += uint64(len(at))
	s.Ends += uint64(ends)
	return at
}

// Raised returns the alarms of the run, after Close.
func (p *Pipeline) Raised() Raised { return p.raised }

// count counts the alarms of a batch that all stages have answered.
func (p *Pipeline) count(b *batch.Batch) {
	ends := b.Ends().N
	if len(p.alarms) == 0 {
		return
	}
	p.raised.Ends += uint64(ends)
	for i := range ends {
		before := p.raised.Alarms
		for k := range p.alarms {
			columns := b.Answer(p.alarms[k].stage).Columns
			for _, c := range p.alarms[k].columns {
				p.raised.Alarms += number(&columns[c], i)
			}
		}
		if p.raised.Alarms > before {
			p.raised.Flows++
		}
	}
}

// number returns value i of a column that is an alarm: a count as it is, 1 for anything else that is neither zero nor empty.
func number(v *value.Vec, i int) uint64 {
	if v.Zero(i) {
		return 0
	}
	var n [8]byte
	switch v.Type {
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64:
		copy(n[:], v.Bytes(i))
		return binary.LittleEndian.Uint64(n[:])
	}
	return 1
}
