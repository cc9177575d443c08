package host

import (
	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
)

// rules are those of all plugins by which flows end, and how far each flow is.
type rules struct {
	list   []rule
	counts sdk.PerFlow[[sdk.MaxEndRules]uint64]
	due    bool // the flow in slot ends at the next frame
	slot   uint32
}

type rule struct {
	sdk.EndRule
	packets sdk.PacketSelect // those that count
}

// rulesOf returns the rules of plugins that are declared for a run.
func rulesOf(plugins []*sdk.Plugin) *rules {
	r := &rules{}
	for _, p := range plugins {
		for _, e := range p.EndRules {
			r.list = append(r.list, rule{e, p.Packets})
		}
	}
	return r
}

// packet counts a packet, and notes whether its flow is to end.
func (r *rules) packet(p *batch.Packet) {
	if len(r.list) == 0 {
		return
	}
	counts := r.counts.At(p.Slot)
	for i := range r.list {
		e := &r.list[i]
		if !batch.Selects(e.packets.Rows, p.Headers) || !e.Holds(p.Value(e.Field)) {
			continue
		}
		if counts[i]++; counts[i] == e.Count.Value {
			p.Flow.FlowStat |= flowtable.EndedByRule
			r.due, r.slot = true, p.Slot
		}
	}
}

// end ends the flow that is to end, if there is one, at the time of the next frame.
func (r *rules) end(t *flowtable.Table, h *decode.Headers) {
	if r.due {
		r.due = false
		t.End(r.slot, h.Time)
	}
}

// forget forgets a flow that has ended.
func (r *rules) forget(slot uint32) {
	if len(r.list) > 0 {
		*r.counts.At(slot) = [sdk.MaxEndRules]uint64{}
	}
}
