package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// job is what the hub knows of a job. Its tasks are in the object store, as a list: there may be 100,000.
type job struct {
	Tasks  int  `json:"tasks"`
	Series bool `json:"series,omitempty"` // its task reads all captures as one stream: the job is that run
}

// submitted is a task of a job.
type submitted struct {
	Key      string   `json:"key"`
	Captures []string `json:"captures"` // their names
	Task     *Task    `json:"task"`
}

// listOf is the name of the list of a job's tasks among the objects.
func listOf(job string) string { return "job." + job }

// Submit puts tasks into the queue: all have the same job, and numbers from 1 on. upload are files by their checksum, which
// go to the object store first. captures are the names of the captures of each.
func (h *Hub) Submit(ctx context.Context, tasks []*Task, captures [][]string, upload map[string]string) error {
	for sum, path := range upload {
		if err := h.put(ctx, sum, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	var list []submitted
	for i, t := range tasks {
		t.Name = nameOf(captures[i])
		list = append(list, submitted{t.Key(), captures[i], t})
	}
	id := tasks[0].Job
	if err := h.submit(ctx, id, job{len(tasks), len(tasks) == 1 && len(tasks[0].Files) > 1}, list); err != nil {
		return fmt.Errorf("job %s: %w", id, err)
	}
	return nil
}

func (h *Hub) submit(ctx context.Context, id string, j job, list []submitted) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	err = patientlyFor(ctx, uint64(len(data)), func(ctx context.Context) error {
		_, err := h.objects.PutBytes(ctx, listOf(id), data)
		return err
	})
	if err != nil {
		return err
	}
	if data, err = json.Marshal(j); err != nil {
		return err
	}
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
		return err
	}
	for _, t := range list {
		if err := h.queue(ctx, t.Task, ""); err != nil {
			return err
		}
	}
	return nil
}

// nameOf returns what a task of such captures is called where there is little room.
func nameOf(captures []string) string {
	if len(captures) == 0 {
		return ""
	}
	name := captures[0]
	if len(name) > maxName-30 {
		name = name[:maxName-30] + "…"
	}
	if len(captures) > 1 {
		name = fmt.Sprintf("%s and %d more", name, len(captures)-1)
	}
	return name
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
		if info, err := h.objects.GetInfo(ctx, name); err == nil && time.Since(info.ModTime) < freshFor {
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
