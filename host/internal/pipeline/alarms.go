package pipeline

import (
	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/sdk"
)

// OnlyAlarms reports whether a plugin can be limited to the flow ends with an alarm: it is a sink,
// and reads nothing of flows but their ends. One that keeps a state of live flows must see all ends.
func OnlyAlarms(p *sdk.Plugin) bool {
	return p.IsSink() && p.Ends.On && p.Packets.Size() == 0 && !p.Starts.On
}

// marked returns the indexes of the flow ends at which a column that is an alarm is neither zero nor
// empty, of those of the stages before stage, which have answered the batch.
func (p *Pipeline) marked(b *batch.Batch, stage, ends int) []int {
	var at []int
	for i := range ends {
		for _, src := range p.alarms {
			if src.stage < stage && !b.Answer(src.stage).Columns[src.index].Zero(i) {
				at = append(at, i)
				break
			}
		}
	}
	s := p.stages[stage]
	s.Marked += uint64(len(at))
	s.Ends += uint64(ends)
	return at
}
