package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/nats-io/nats.go/jetstream"
)

// job is what the hub knows of a job: its tasks by number.
type job struct {
	Tasks  []submitted `json:"tasks"`
	Series bool        `json:"series,omitempty"` // its task reads all captures as one stream: the job is that run
}

// submitted is a task of a job.
type submitted struct {
	Key   string   `json:"key"`
	Names []string `json:"names"` // of its captures
}

// name returns what a task is called where there is little room.
func (s *submitted) name() string {
	switch len(s.Names) {
	case 0:
		return ""
	case 1:
		return s.Names[0]
	}
	return fmt.Sprintf("%s and %d more", s.Names[0], len(s.Names)-1)
}

// Submit puts tasks into the queue: all have the same job, and numbers from 1 on. upload are files by their checksum, which
// go to the object store first. names are those of the captures of each.
func (h *Hub) Submit(ctx context.Context, tasks []*Task, names [][]string, upload map[string]string) error {
	for sum, path := range upload {
		if err := h.put(ctx, sum, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	j := job{Series: len(tasks) == 1 && len(tasks[0].Files) > 1}
	for i, t := range tasks {
		j.Tasks = append(j.Tasks, submitted{t.Key(), names[i]})
	}
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	id := tasks[0].Job
	err = patiently(ctx, func(ctx context.Context) error {
		_, err := h.jobs.Create(ctx, id, data)
		if errors.Is(err, jetstream.ErrKeyExists) {
			if e, getErr := h.jobs.Get(ctx, id); getErr == nil && string(e.Value()) == string(data) {
				return nil // an answer was lost
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("job %s: %w", id, err)
	}
	for _, t := range tasks {
		data, err := json.Marshal(t)
		if err == nil { // for a repetition
			err = patiently(ctx, func(ctx context.Context) error {
				_, err := h.words.Put(ctx, fmt.Sprintf("task.%s.%d", id, t.Number), data)
				return err
			})
		}
		if err == nil {
			err = h.queue(ctx, t, "")
		}
		if err != nil {
			return fmt.Errorf("job %s: %w", id, err)
		}
	}
	return nil
}

// queue puts a task into the queue. A repetition with the same again is one.
func (h *Hub) queue(ctx context.Context, t *Task, again string) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if len(data) > MaxTask {
		return fmt.Errorf("task %d has %d bytes: at most %d are allowed: submit fewer captures as a series", t.Number, len(data), MaxTask)
	}
	return patiently(ctx, func(ctx context.Context) error {
		_, err := h.js.Publish(ctx, fmt.Sprintf("%s%s.%d", taskSubject, t.Job, t.Number), data, jetstream.WithMsgID(fmt.Sprintf("%s.%d%s", t.Job, t.Number, again)))
		return err
	})
}

// put puts a file into the object store under a name, such as its checksum, unless it is there.
func (h *Hub) put(ctx context.Context, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return patientlyFor(ctx, uint64(info.Size()), func(ctx context.Context) error {
		if _, err := h.objects.GetInfo(ctx, name); err == nil {
			return nil
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := h.objects.Put(ctx, jetstream.ObjectMeta{Name: name}, f)
		return err
	})
}

// Fetch writes an object to a file.
func (h *Hub) Fetch(ctx context.Context, name, path string) error {
	var size uint64
	err := patiently(ctx, func(ctx context.Context) error {
		info, err := h.objects.GetInfo(ctx, name)
		if err == nil {
			size = info.Size
		}
		return err
	})
	if err != nil {
		return err
	}
	return patientlyFor(ctx, size, func(ctx context.Context) error { return h.objects.GetFile(ctx, name, path) })
}
