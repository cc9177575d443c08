package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// State is the state of a fleet.
type State struct {
	Waiting, Working int    // tasks
	Redelivered      int    // tasks that came to a worker again, of those that are in work
	Stored           uint64 // bytes of the hub's state
	Jobs             []Status
	Workers          []WorkerState
	Sensors          []SensorState
}

// WorkerState is a worker that has been heard of lately.
type WorkerState struct {
	Name   string    `json:"name"`
	AtOnce int       `json:"atOnce"`
	Busy   int       `json:"busy"`
	Done   int       `json:"done"` // tasks so far
	Heard  time.Time `json:"-"`    // by the hub's clock
}

// SensorState is a table that a sensor has sent.
type SensorState struct {
	Sensor, Table string
	Heard         time.Time // by the hub's clock
	Rows          int
}

const (
	workerPrefix = "worker."
	beatEvery    = 5 * time.Second
	silentAfter  = 30 * time.Second
	shownJobs    = 20
)

// State returns the state of the fleet, with its newest jobs.
func (h *Hub) State(ctx context.Context) (*State, error) {
	s := &State{}
	queue, err := h.js.Consumer(ctx, tasksStream, workers)
	if err != nil {
		return nil, err
	}
	info, err := queue.Info(ctx)
	if err != nil {
		return nil, err
	}
	s.Waiting, s.Working, s.Redelivered = int(info.NumPending), info.NumAckPending, info.NumRedelivered
	account, err := h.js.AccountInfo(ctx)
	if err != nil {
		return nil, err
	}
	s.Stored = account.Store
	if s.Workers, err = h.workers(ctx); err != nil {
		return nil, err
	}
	if s.Sensors, err = h.sensors(ctx); err != nil {
		return nil, err
	}
	keys, err := h.jobs.Keys(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, err
	}
	slices.Sort(keys)
	slices.Reverse(keys)
	for _, id := range keys[:min(len(keys), shownJobs)] {
		job, err := h.Status(ctx, id)
		if err != nil {
			return nil, err
		}
		s.Jobs = append(s.Jobs, *job)
	}
	return s, nil
}

func (h *Hub) workers(ctx context.Context) (list []WorkerState, err error) {
	watcher, err := h.about.Watch(ctx, workerPrefix+">", jetstream.IgnoreDeletes())
	if err != nil {
		return nil, err
	}
	defer watcher.Stop()
	for e := range watcher.Updates() {
		if e == nil { // that is all there is
			break
		}
		w := WorkerState{Heard: e.Created()}
		if json.Unmarshal(e.Value(), &w) == nil && time.Since(w.Heard) < silentAfter {
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(a, b WorkerState) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

func (h *Hub) sensors(ctx context.Context) (list []SensorState, err error) {
	err = h.all(ctx, tablesStream, tableSubject+">", func(m jetstream.Msg) error {
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		if l, err := parseLive(m.Data()); err == nil {
			list = append(list, SensorState{l.Sensor, l.Table.Name, meta.Timestamp, len(l.Table.Rows)})
		}
		return nil
	})
	slices.SortFunc(list, func(a, b SensorState) int { return strings.Compare(a.Table+" "+a.Sensor, b.Table+" "+b.Sensor) })
	return list, err
}

// beat tells the hub that a worker is there, until ctx ends.
func (w *Worker) beat(ctx context.Context) {
	key := workerPrefix + sensorName.ReplaceAllString(w.Name, "-")
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		data, err := json.Marshal(WorkerState{Name: w.Name, AtOnce: w.AtOnce, Busy: int(w.busy.Load()), Done: int(w.ended.Load())})
		if err == nil {
			within, cancel := context.WithTimeout(ctx, beatEvery)
			_, _ = w.Hub.about.Put(within, key, data) // the next one may come through
			cancel()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = w.Hub.about.Delete(within, key)
			return
		}
	}
}
