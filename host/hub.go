package host

import (
	"slices"
	"sync"

	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
)

// hub is where the rows of a stream go: to writers that may come and go while the run goes on.
type hub struct {
	mu      sync.Mutex
	writers []*target.Writer
}

// hubKey names a hub: a stream, and of tables how often its rows come, nanoseconds of packet time.
type hubKey struct {
	stream string
	every  int64
}

func keyOf(t *target.Target) hubKey { return hubKey{t.Stream.Name, t.Every} }

// hub returns the hub of a target, which it makes.
func (o *outlets) hub(t *target.Target) *hub {
	key := keyOf(t)
	h := o.hubs[key]
	if h == nil {
		h = &hub{}
		o.hubs[key] = h
	}
	return h
}

// change adds writers and takes others out, between two rows: each row goes to either all of the ones or all of the others.
func (h *hub) change(added, removed []*target.Writer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writers = append(slices.DeleteFunc(h.writers, func(w *target.Writer) bool { return slices.Contains(removed, w) }), added...)
}

// put sends rows to all writers.
func (h *hub) put(r *stream.Rows) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.writers {
		if err := w.Put(r); err != nil {
			return err
		}
	}
	return nil
}

// from returns what puts rows of a stage into a hub.
func (h *hub) from(stage *pipeline.Stage) stream.Put {
	return func(r *stream.Rows) error {
		err := h.put(r)
		if err != nil {
			stage.Unsent(err)
		}
		return err
	}
}
