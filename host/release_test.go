package host

import (
	"testing"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
)

// TestSlotsAreReleased: flows that ended do not keep their slots for long where no plugin reads
// their ends, so that nothing fills a batch.
func TestSlotsAreReleased(t *testing.T) {
	layout := batch.NewLayout(nil, 0, 16384, nil, decode.New().Stacks())
	pipe, err := pipeline.New(nil, layout)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flows, most uint32 }{{10, 256}, {1000, 1000}, {100_000, 1 << 16}} {
		own := plan.Defaults()
		own.MaxFlows = c.flows
		f := newFlows(&plan.Plan{Own: own}, pipe, layout)
		f.monitor = &monitor{}
		b, held := &block{n: 1}, 0
		for i := range uint32(300_000) {
			h := &b.headers[0]
			h.Key.Kind, h.Key.Proto = decode.IPv4, 17
			h.Key.Src = [16]byte{byte(i), byte(i >> 8), byte(i >> 16)}
			f.block(b)
			held = max(held, f.table.Ended())
		}
		f.finish()
		if f.err != nil || held > int(c.most) {
			t.Errorf("%d live flows: %d flows that ended are held back, want at most %d; %v", c.flows, held, c.most, f.err)
		}
	}
}
