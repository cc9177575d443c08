package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/t2host/t2host/host/watch"
)

// Names of what sensors send: of each table of each sensor the last state.
const (
	tablesStream = "t2host_tables"
	tableSubject = "t2host.tables."
)

// MaxSensor is the length of a sensor's name at most, in bytes: letters, digits, - and _.
const MaxSensor = 64

// live is a table of a sensor as it was at a moment. It is the whole table: it takes the place of the one before.
type live struct {
	Sensor   string `json:"sensor"`
	Sequence uint64 `json:"sequence"` // of the sensor's run
	Begun    int64  `json:"begun"`    // when that run began, by the sensor's clock, nanoseconds since 1970 UTC
	Time     int64  `json:"time"`     // packet time of the last packet
	Table    Table  `json:"table"`
}

// sensorName matches the characters that a sensor's name may not have.
var sensorName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// SensorName returns a name for a sensor: the one that was asked for, or that of the machine.
func SensorName(asked string) string {
	if asked == "" {
		asked, _ = os.Hostname()
	}
	name := sensorName.ReplaceAllString(asked, "-")
	if name == "" {
		name = "sensor"
	}
	return name[:min(len(name), MaxSensor)]
}

// Sensor sends the tables of a run that goes on to a hub. While the hub is away it waits, and sends what is so then: states before are
// of no use to anybody.
type Sensor struct {
	Name  string
	Every time.Duration
	Tell  func(line string)

	watch *watch.Watch
	hub   func(ctx context.Context) (*Hub, error)
	begun int64

	sent     []uint64  // of each table, its changes when it was sent; nothing was if it is not there
	whole    time.Time // when all tables were sent
	sequence uint64
}

// again is how often a table is sent that has not changed: a hub may have lost it.
const again = time.Minute

// NewSensor returns a sensor of a run. hub connects to a hub.
func NewSensor(name string, every time.Duration, w *watch.Watch, hub func(ctx context.Context) (*Hub, error), tell func(string)) *Sensor {
	return &Sensor{Name: name, Every: every, Tell: tell, watch: w, hub: hub, begun: time.Now().UnixNano()}
}

// lastTry is how long the last states may need at the end of a run.
const lastTry = 10 * time.Second

// Start sends until done is called, which sends the last states.
func (s *Sensor) Start() (done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var sending sync.WaitGroup
	sending.Go(func() { s.run(ctx) })
	return func() {
		cancel()
		sending.Wait()
	}
}

func (s *Sensor) run(ctx context.Context) {
	var h *Hub
	away := false
	send := func(ctx context.Context) {
		if s.watch.Phase() == watch.Starting {
			return // there are no tables yet
		}
		var err error
		if h == nil {
			h, err = s.hub(ctx)
		}
		if err == nil {
			err = s.send(ctx, h)
		}
		switch {
		case err != nil && !away:
			away = true
			s.Tell("the hub does not get the tables: " + err.Error() + ": it is tried again")
		case err == nil && away:
			away = false
			s.Tell("the hub gets the tables again")
		}
	}
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			within, cancel := context.WithTimeout(ctx, s.Every)
			send(within)
			cancel()
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTry)
			defer cancel()
			for send(last); away && last.Err() == nil; send(last) {
				pause(last)
			}
			if h != nil {
				h.Close()
			}
			return
		}
	}
}

// send sends the tables that have changed since they were sent.
func (s *Sensor) send(ctx context.Context, h *Hub) error {
	state := s.watch.State()
	if now := time.Now(); now.Sub(s.whole) >= again {
		s.sent, s.whole = s.sent[:0], now
	}
	for i, t := range s.watch.Tables() {
		if i < len(s.sent) && s.sent[i] == t.Changes {
			continue
		}
		l := live{Sensor: s.Name, Sequence: s.sequence + 1, Begun: s.begun, Time: state.Report.Stop, Table: tableOf(&t)}
		if err := h.publish(ctx, &l); err != nil {
			return err
		}
		s.sequence++
		for len(s.sent) <= i {
			s.sent = append(s.sent, ^uint64(0))
		}
		s.sent[i] = t.Changes
	}
	return nil
}

// publish sends a state of a table. One that is too large for a message leaves its last rows out, and says so.
func (h *Hub) publish(ctx context.Context, l *live) error {
	data, err := json.Marshal(l)
	for err == nil && len(data) > int(h.conn.MaxPayload())-1024 && len(l.Table.Rows) > 0 {
		l.Table.Rows = l.Table.Rows[:len(l.Table.Rows)*9/10]
		l.Table.Cut = true
		data, err = json.Marshal(l)
	}
	if err != nil {
		return err
	}
	return patiently(ctx, func(ctx context.Context) error {
		_, err := h.js.Publish(ctx, tableSubject+l.Sensor+"."+l.Table.Name, data)
		return err
	})
}

// Live merges the last state of a table over all sensors.
func (h *Hub) Live(ctx context.Context, table string) (m *Merger, sensors []string, err error) {
	m = NewMerger(nil)
	err = h.all(ctx, tablesStream, tableSubject+"*."+table, func(msg jetstream.Msg) error {
		sensor, _, _ := strings.Cut(strings.TrimPrefix(msg.Subject(), tableSubject), ".")
		l, err := parseLive(msg.Data())
		if err == nil && (l.Sensor != sensor || l.Table.Name != table) {
			err = errors.New("it says that it is of another sensor")
		}
		if err == nil {
			err = m.live(l)
		}
		if err != nil {
			return fmt.Errorf("sensor %s: %w", sensor, err)
		}
		sensors = append(sensors, sensor)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if len(sensors) == 0 {
		return nil, nil, h.noTable(ctx, table)
	}
	slices.Sort(sensors)
	return m, slices.Compact(sensors), nil
}

// noTable returns the error of a table that nobody has sent.
func (h *Hub) noTable(ctx context.Context, table string) error {
	list, err := h.subjects(ctx, tablesStream, tableSubject+">")
	if err != nil {
		return err
	}
	var names []string
	for subject := range list {
		_, name, _ := strings.Cut(strings.TrimPrefix(subject, tableSubject), ".")
		names = append(names, name)
	}
	if len(names) == 0 {
		return errors.New("no sensor has sent a table (t2host -i IFACE --hub FILE)")
	}
	slices.Sort(names)
	return fmt.Errorf("no sensor has sent table %s (there are %s)", table, strings.Join(slices.Compact(names), ", "))
}

// parseLive returns a state of a table, which a sensor has sent.
func parseLive(data []byte) (*live, error) {
	l := &live{}
	if err := json.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	return l, l.Table.check()
}

// live adds a table of a sensor. Of two rows the later one is that of the sensor whose last packet was later.
func (m *Merger) live(l *live) error { return m.table(l.Sensor, l.Time, &l.Table) }
