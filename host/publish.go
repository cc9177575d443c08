package host

import (
	"time"

	"github.com/t2host/t2host/host/report"
)

// publishEvery is how often who watches the run gets its figures at least, unless all goroutines wait.
const publishEvery = 50 * time.Millisecond

// publish shows who watches the run what the reader knows, now or if it is time.
func (r *reader) publish(now bool) {
	if r.monitor.watch == nil || !now && time.Since(r.published) < publishEvery {
		return
	}
	r.published = time.Now()
	r.monitor.watch.Publish(func(to *report.Report) {
		r.fill(to)
		describeInput(r.source, to)
	})
}

// publish shows who watches the run what the flow table knows, now or if it is time.
func (f *flows) publish(now bool) {
	if f.monitor.watch == nil || !now && time.Since(f.published) < publishEvery {
		return
	}
	f.published = time.Now()
	f.monitor.watch.Publish(func(to *report.Report) { to.Flows = f.table.Stats })
}
