package fleet

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// Marks say how a task of a job has ended, so that the state of a job is one question. Results have no job: several may share one.
const (
	markDone   = "done"
	markFailed = "failed" // its value is the words
)

func markOf(mark, job string, number int) string { return fmt.Sprintf("%s.%s.%d", mark, job, number) }

// mark notes how a task has ended. A worker does so before it takes the task out of the queue: if it dies between, the task comes again,
// and its result is there.
func (h *Hub) mark(ctx context.Context, t *Task, words string) error {
	mark, value := markDone, ""
	if words != "" {
		mark, value = markFailed, t.failed(words)
	}
	return patiently(ctx, func(ctx context.Context) error {
		_, err := h.marks.PutString(ctx, markOf(mark, t.Job, t.Number), value)
		return err
	})
}

const marksSubject = "$KV." + marksBucket + "."

// marked returns the numbers of the tasks of a job that have a mark, in their order.
func (h *Hub) marked(ctx context.Context, mark, job string) (numbers []int, err error) {
	list, err := h.subjects(ctx, "KV_"+marksBucket, marksSubject+mark+"."+job+".*")
	if err != nil {
		return nil, err
	}
	for subject := range list {
		if n, err := strconv.Atoi(subject[strings.LastIndexByte(subject, '.')+1:]); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// unmark takes marks of a job away: done or failed, of a task's number or of all ("*").
func (h *Hub) unmark(ctx context.Context, mark, job, number string) error {
	stream, err := h.js.Stream(ctx, "KV_"+marksBucket)
	if err != nil {
		return err
	}
	return stream.Purge(ctx, jetstream.WithPurgeSubject(marksSubject+mark+"."+job+"."+number))
}
