package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// outcome is how a task has ended: the name of its packed result among the objects, or the words of its error.
type outcome struct {
	Object string `json:"object,omitempty"`
	Error  string `json:"error,omitempty"`
	Job    string `json:"job"` // that it was run for
	Worker string `json:"worker"`
}

// Worker runs tasks of a hub.
type Worker struct {
	Hub    *Hub
	Runner *Runner
	Name   string
	// Version is that of this program: tasks of another one fail, since their results could be others.
	Version string
	AtOnce  int           // tasks
	Limit   time.Duration // of a task: one that takes longer goes back to the queue; 0: none
	Tell    func(line string)

	busy, ended atomic.Int32 // tasks
}

// errDisk is the error of a worker that cannot write: its tasks go to others.
var errDisk = errors.New("nothing can be written here: the task goes to another worker")

// Run runs tasks until ctx ends, or this machine cannot work.
func (w *Worker) Run(ctx context.Context) error {
	w.Runner.Fetch = w.Hub.Fetch
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	all.Go(func() { w.beat(ctx) })
	for range w.AtOnce {
		all.Go(func() {
			if err := w.loop(ctx); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (w *Worker) loop(ctx context.Context) error {
	var queue jetstream.Consumer
	for ctx.Err() == nil {
		if queue == nil {
			err := patiently(ctx, func(ctx context.Context) (err error) {
				queue, err = w.Hub.js.Consumer(ctx, tasksStream, workers)
				return err
			})
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("hub: %w", err)
			}
			continue
		}
		batch, err := queue.Fetch(1, jetstream.FetchMaxWait(2*time.Second))
		if err != nil {
			pause(ctx)
			continue
		}
		for m := range batch.Messages() {
			if err := w.one(ctx, m); err != nil {
				return err
			}
		}
		if away(batch.Error()) {
			pause(ctx)
		}
	}
	return nil
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond):
	}
}

// one runs the task of a message. It returns an error if this machine cannot work.
func (w *Worker) one(ctx context.Context, m jetstream.Msg) error {
	t, err := parseTask(m.Data())
	if err != nil {
		w.Tell("a message of the queue is thrown away: " + err.Error())
		_ = m.Term()
		return nil
	}
	what := fmt.Sprintf("job %s, task %d", t.Job, t.Number)
	key := t.Key()
	o, err := w.Hub.outcome(ctx, key)
	if err == nil && o != nil && o.Error != "" && o.Job != t.Job {
		o, err = nil, errors.Join(w.Hub.results.Purge(ctx, key), w.Hub.marks.Purge(ctx, "words."+key)) // whoever submits it again has mended something
	}
	switch {
	case err != nil:
		return nil // it comes again
	case o != nil: // it was done before
		if err := w.Hub.mark(ctx, t, o.Error); err == nil {
			w.done(ctx, m)
		}
		return nil
	}
	if t.Version != w.Version {
		words := fmt.Sprintf("it was submitted by %s, and this is %s: submit it again", t.Version, w.Version)
		return w.finish(ctx, m, t, what, key, &outcome{Error: words})
	}
	meta, err := m.Metadata()
	if err != nil {
		return nil // it comes again
	}
	if meta.NumDelivered > maxAttempts {
		words := fmt.Sprintf("given up after %d attempts", maxAttempts)
		if e, err := w.Hub.marks.Get(ctx, "words."+key); err == nil {
			words += ": " + string(e.Value())
		} else {
			words += ": each worker that ran it died"
		}
		return w.finish(ctx, m, t, what, key, &outcome{Error: words})
	}
	w.Tell(what + " begins")
	defer w.keep(ctx, m)()
	w.busy.Add(1)
	packed := filepath.Join(w.Runner.Dir, "result-"+nuid.Next())
	defer os.Remove(packed)
	err = w.run(ctx, t, packed)
	w.busy.Add(-1)
	w.ended.Add(1)
	if ctx.Err() != nil {
		_ = m.Nak()
		return nil
	}
	var disk error
	if err != nil {
		disk = w.writable()
	}
	var failed *Failed
	switch {
	case disk != nil:
		_ = m.Nak()
		return fmt.Errorf("%w: %w", errDisk, disk)
	case errors.As(err, &failed):
		return w.finish(ctx, m, t, what, key, &outcome{Error: failed.Words})
	case err != nil:
		w.Tell(what + " goes back to the queue: " + err.Error())
		_, _ = w.Hub.marks.Put(ctx, "words."+key, []byte(err.Error()))
		_ = m.NakWithDelay(time.Second)
		return nil
	}
	name := key + "." + nuid.Next() // two workers may run a task: each has an object of its own
	err = w.Hub.put(ctx, name, packed)
	if err != nil {
		w.Tell(what + ": its result is not stored: " + err.Error())
		_ = m.Nak()
		return nil
	}
	return w.finish(ctx, m, t, what, key, &outcome{Object: name})
}

// run runs a task, for as long as it may, and writes its packed result to a file.
func (w *Worker) run(ctx context.Context, t *Task, to string) error {
	if w.Limit == 0 {
		return w.Runner.Run(ctx, t, to)
	}
	within, cancel := context.WithTimeout(ctx, w.Limit)
	defer cancel()
	err := w.Runner.Run(within, t, to)
	if within.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("it takes longer than %v", w.Limit)
	}
	return err
}

// finish stores how a task has ended, unless another worker was first, and takes it out of the queue.
func (w *Worker) finish(ctx context.Context, m jetstream.Msg, t *Task, what, key string, o *outcome) error {
	o.Job, o.Worker = t.Job, w.Name
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	err = patiently(ctx, func(ctx context.Context) error {
		_, err := w.Hub.results.Create(ctx, key, data)
		return err
	})
	stays := o
	if errors.Is(err, jetstream.ErrKeyExists) { // another worker was first, or the answer was lost
		stays, err = w.Hub.outcome(ctx, key)
	}
	if err == nil && stays == nil {
		err = errors.New("its result has gone")
	}
	if err == nil {
		err = w.Hub.mark(ctx, t, stays.Error)
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		w.Tell(what + ": its end is not stored: " + err.Error())
		_ = m.Nak()
		return nil
	case stays.Object != o.Object && o.Object != "":
		_ = w.Hub.objects.Delete(ctx, o.Object)
	}
	if o = stays; o.Error != "" {
		w.Tell(what + " has failed: " + o.Error)
	} else {
		w.Tell(what + " is done")
	}
	w.done(ctx, m)
	return nil
}

// done takes a task out of the queue. If the hub does not hear it, the task comes again, and its result is there.
func (w *Worker) done(ctx context.Context, m jetstream.Msg) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = m.DoubleAck(ctx)
}

// keep tells the hub that a task goes on until done is called.
func (w *Worker) keep(ctx context.Context, m jetstream.Msg) (done func()) {
	stop := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = m.InProgress()
			case <-stop:
				return
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		close(stop)
		telling.Wait()
	}
}

// writable returns an error if nothing can be written where tasks run.
func (w *Worker) writable() error {
	path := filepath.Join(w.Runner.Dir, "writable")
	err := os.WriteFile(path, make([]byte, 1<<20), 0o600)
	return errors.Join(err, os.Remove(path))
}
