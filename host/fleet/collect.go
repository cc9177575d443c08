package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Status is the state of a job.
type Status struct {
	Job                 string
	Tasks, Done, Failed int
	Errors              []string // of the first tasks that have failed: number, capture, words
}

// shownErrors bounds the errors of a status.
const shownErrors = 100

// Jobs returns the jobs of the hub, in the order of their names.
func (h *Hub) Jobs(ctx context.Context) (list []Status, err error) {
	keys, err := h.jobs.Keys(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, err
	}
	slices.Sort(keys)
	for _, id := range keys {
		s, err := h.Status(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	return list, nil
}

// Status returns the state of a job.
func (h *Hub) Status(ctx context.Context, id string) (*Status, error) {
	j, err := h.job(ctx, id)
	if err != nil {
		return nil, err
	}
	done, err := h.marked(ctx, markDone, id)
	if err != nil {
		return nil, err
	}
	failed, err := h.marked(ctx, markFailed, id)
	if err != nil {
		return nil, err
	}
	s := &Status{Job: id, Tasks: j.Tasks, Done: len(done), Failed: len(failed)}
	for _, number := range failed[:min(len(failed), shownErrors)] {
		e, err := h.marks.Get(ctx, markOf(markFailed, id, number))
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound): // it was repeated meanwhile
		case err != nil:
			return nil, err
		default:
			s.Errors = append(s.Errors, string(e.Value()))
		}
	}
	return s, nil
}

func (h *Hub) job(ctx context.Context, id string) (*job, error) {
	if !names.MatchString(id) {
		return nil, fmt.Errorf("job %q: no such job", id)
	}
	j := &job{}
	err := patiently(ctx, func(ctx context.Context) error {
		e, err := h.jobs.Get(ctx, id)
		if err == nil {
			err = json.Unmarshal(e.Value(), j)
		}
		return err
	})
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, fmt.Errorf("job %s: no such job (t2host jobs lists them)", id)
	}
	return j, err
}

// outcome returns how a task has ended, nil if it has not.
func (h *Hub) outcome(ctx context.Context, key string) (o *outcome, err error) {
	err = patiently(ctx, func(ctx context.Context) error {
		e, err := h.results.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			o = nil
			return nil
		}
		if err == nil {
			o = &outcome{}
			err = json.Unmarshal(e.Value(), o)
		}
		return err
	})
	return o, err
}

// list returns the tasks of a job.
func (h *Hub) list(ctx context.Context, id string) (list []submitted, err error) {
	dir, err := os.MkdirTemp("", "t2host-job-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "list")
	if err := h.Fetch(ctx, listOf(id), path); err != nil {
		return nil, fmt.Errorf("job %s: %w", id, err)
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	for i, t := range list {
		if t.Task == nil {
			return nil, fmt.Errorf("job %s: task %d is missing", id, i+1)
		}
	}
	return list, err
}

// Collect waits until all tasks of a job have ended, and merges their results in the order of submission, each as soon as those before
// it are there; tell is told how far it is. The result of a series is that of its run: nothing has the task's number, which is 0. It returns the words of tasks that have failed.
func (h *Hub) Collect(ctx context.Context, id string, m *Merger, tell func(done, of int)) (failed []string, err error) {
	j, err := h.job(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := h.list(ctx, id)
	if err != nil {
		return nil, err
	}
	m.plain = j.Series
	for i, t := range list {
		o, err := h.wait(ctx, id, t.Key)
		if err != nil {
			return nil, err
		}
		number := i + 1
		if j.Series {
			number = 0
		}
		if o.Error != "" {
			m.Failed++
			failed = append(failed, t.Task.failed(o.Error))
		} else if err := h.merge(ctx, number, t.Captures, o, m); err != nil {
			return nil, fmt.Errorf("task %d: %w", i+1, err)
		}
		tell(i+1, len(list))
	}
	return failed, nil
}

// wait waits until a task of a job has ended, or the job was cancelled.
func (h *Hub) wait(ctx context.Context, id, key string) (*outcome, error) {
	const asks = 20 // for the task between two for the job
	for n := 1; ; n++ {
		o, err := h.outcome(ctx, key)
		if err == nil && o == nil && n%asks == 0 {
			_, err = h.job(ctx, id)
		}
		if err != nil || o != nil {
			return o, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// failed says that a task has failed, with the words of its error.
func (t *Task) failed(words string) string {
	return fmt.Sprintf("task %d, %s: %s", t.Number, t.Name, words)
}

func (h *Hub) merge(ctx context.Context, number int, names []string, o *outcome, m *Merger) error {
	dir, err := os.MkdirTemp("", "t2host-collect-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "result")
	if err := h.Fetch(ctx, o.Object, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return m.Unpack(number, names, f)
}

// Cancel takes the tasks of a job that nobody has begun out of the queue, and forgets the job. Results stay.
func (h *Hub) Cancel(ctx context.Context, id string) error {
	if _, err := h.job(ctx, id); err != nil {
		return err
	}
	s, err := h.js.Stream(ctx, tasksStream)
	if err != nil {
		return err
	}
	if err := s.Purge(ctx, jetstream.WithPurgeSubject(taskSubject+id+".*")); err != nil {
		return err
	}
	return errors.Join(h.objects.Delete(ctx, listOf(id)), h.unmark(ctx, markDone, id, "*"), h.unmark(ctx, markFailed, id, "*"), h.jobs.Delete(ctx, id))
}

// Retry puts the tasks of a job that have failed into the queue again; it returns their number.
func (h *Hub) Retry(ctx context.Context, id string) (n int, err error) {
	if _, err := h.job(ctx, id); err != nil {
		return 0, err
	}
	failed, err := h.marked(ctx, markFailed, id)
	if err != nil || len(failed) == 0 {
		return 0, err
	}
	list, err := h.list(ctx, id)
	if err != nil {
		return 0, err
	}
	for _, number := range failed {
		if number > len(list) {
			continue
		}
		t := list[number-1]
		// The mark goes last: whoever is interrupted begins again with this task.
		if err := errors.Join(h.results.Purge(ctx, t.Key), h.marks.Purge(ctx, "words."+t.Key)); err != nil {
			return n, err
		}
		if err := h.queue(ctx, t.Task, ".again."+strings.ToLower(time.Now().UTC().Format("20060102T150405.000000000"))); err != nil {
			return n, err
		}
		if err := h.unmark(ctx, markFailed, id, strconv.Itoa(number)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
