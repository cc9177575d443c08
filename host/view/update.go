package view

import (
	"time"

	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk/value"
)

// update is what the page is sent: what has changed. Numbers that may need more than 53 bits do not occur, or are text.
type update struct {
	Run    *run    `json:"run,omitempty"` // at first
	State  *state  `json:"state"`
	Points []point `json:"points,omitempty"`
	Every  int64   `json:"every,omitempty"` // seconds between points; another one: the points are all there are
	Tables []table `json:"tables,omitempty"`
	Log    []line  `json:"log,omitempty"`
}

// run is what does not change.
type run struct {
	ID       string    `json:"id"`
	Version  string    `json:"version"`
	Files    []string  `json:"files"`
	Links    []string  `json:"links"`
	Plugins  []plugin  `json:"plugins"`
	Settings []Setting `json:"settings"`
}

type plugin struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Runtime    string   `json:"runtime"`
	RequiredBy []string `json:"requiredBy,omitempty"`
}

type state struct {
	Phase   string   `json:"phase"`
	Elapsed float64  `json:"elapsed"` // seconds
	Packets uint64   `json:"packets"`
	Bytes   uint64   `json:"bytes"`
	Flows   uint64   `json:"flows"`
	Live    int      `json:"live"`
	Lost    *uint64  `json:"lost,omitempty"` // of an interface
	Alarms  uint64   `json:"alarms"`
	Done    int64    `json:"done"`
	Size    int64    `json:"size"`
	From    string   `json:"from"` // packet time
	To      string   `json:"to"`
	Stages  []stage  `json:"stages"`
	Outlets []outlet `json:"outlets"`
}

type stage struct {
	Cost    float64  `json:"cost"` // seconds
	Busy    bool     `json:"busy"`
	Waits   bool     `json:"waits"`
	Failed  bool     `json:"failed"`
	Metrics []metric `json:"metrics,omitempty"`
}

type metric struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

type outlet struct {
	Name        string `json:"name"`
	Target      string `json:"target"`
	Unit        string `json:"unit"` // of what was delivered
	Delivered   uint64 `json:"delivered"`
	Waiting     uint64 `json:"waiting"`
	Dropped     uint64 `json:"dropped"`
	Undelivered uint64 `json:"undelivered"`
	Reconnects  uint64 `json:"reconnects"`
}

type point struct {
	Time    float64 `json:"t"` // seconds since 1970
	Packets uint64  `json:"packets"`
	Bytes   uint64  `json:"bytes"`
	Flows   uint64  `json:"flows"`
	Live    int     `json:"live"`
	Lost    uint64  `json:"lost"`
	Alarms  uint64  `json:"alarms"`
}

type table struct {
	Index   int        `json:"index"`
	Name    string     `json:"name"`
	Columns []column   `json:"columns"`
	Total   int        `json:"total"`
	Rows    [][]string `json:"rows"`
}

type column struct {
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Number  bool   `json:"number"` // values are sorted as numbers
	Charted bool   `json:"charted"`
}

type line struct {
	Time  string `json:"time"`
	Level string `json:"level"`
	Text  string `json:"text"`
}

// feed makes the updates of one page.
type feed struct {
	c       *Config
	began   bool
	state   watch.State
	changes []uint64
	point   int64 // the time of the last one
	every   int64
	logged  uint64
	phase   watch.Phase
}

// next returns what has changed since the last call, nil if nothing has.
func (f *feed) next() *update {
	s := f.c.Watch.State()
	if s.Phase == watch.Starting {
		if f.began {
			return nil
		}
		f.began = true
		return &update{State: &state{Phase: s.Phase.String()}}
	}
	u := &update{}
	if f.phase == watch.Starting {
		u.Run = f.run(&s)
	}
	for _, l := range f.c.Watch.Lines(f.logged) {
		u.Log = append(u.Log, line{l.At.Format(time.TimeOnly), l.Level, l.Text})
		f.logged = l.Number
	}
	if now := f.c.Watch.Every(); now != f.every {
		f.every, f.point = now, 0
		u.Every = now / int64(time.Second)
	}
	for _, p := range f.c.Watch.Points(f.point) {
		f.point = p.Time
		u.Points = append(u.Points, pointOf(&p))
	}
	for i, t := range f.c.Watch.Tables() {
		if i == len(f.changes) {
			f.changes = append(f.changes, ^uint64(0))
		}
		if t.Changes != f.changes[i] {
			f.changes[i] = t.Changes
			u.Tables = append(u.Tables, tableOf(i, &t))
		}
	}
	if u.Run == nil && u.Log == nil && u.Points == nil && u.Tables == nil && s.Phase == f.phase && same(&s, &f.state) {
		return nil
	}
	f.phase, f.state = s.Phase, s
	u.State = stateOf(&s)
	return u
}

// same reports whether nothing that is shown has changed but time.
func same(a, b *watch.State) bool {
	if a.Report.Counts != b.Report.Counts || a.Report.Flows != b.Report.Flows || a.Report.Done != b.Report.Done || len(a.Report.Outlets) != len(b.Report.Outlets) {
		return false
	}
	for i := range a.Report.Outlets {
		if a.Report.Outlets[i] != b.Report.Outlets[i] {
			return false
		}
	}
	for i := range a.Stages {
		if i >= len(b.Stages) || a.Stages[i] != b.Stages[i] {
			return false
		}
	}
	return true
}

func (f *feed) run(s *watch.State) *run {
	r := &run{ID: s.Begun.Format(time.RFC3339Nano), Version: version.Product(), Files: s.Report.Files, Links: s.Report.Links}
	for _, p := range s.Report.Plugins {
		r.Plugins = append(r.Plugins, plugin{p.Name, p.Version, p.Runtime, p.RequiredBy})
	}
	for _, s := range f.c.Settings {
		s.Value = target.Shown(s.Value)
		r.Settings = append(r.Settings, s)
	}
	return r
}

func stateOf(s *watch.State) *state {
	r := &s.Report
	to := &state{
		Phase: s.Phase.String(), Elapsed: r.Elapsed.Seconds(), Packets: r.Counts.Packets, Bytes: r.Counts.WireBytes,
		Flows: r.Flows.Created, Live: r.Flows.Live, Alarms: r.Alarms.Alarms, Done: r.Done, Size: r.Size,
	}
	if r.Counts.Packets > 0 {
		to.From, to.To = stamp(r.Start), stamp(r.Stop)
	}
	if r.Live != nil {
		lost := r.Live.Lost()
		to.Lost = &lost
	}
	for i := range r.Plugins {
		p := &r.Plugins[i]
		st := stage{Cost: p.Cost.Seconds(), Failed: p.Failed}
		if i < len(s.Stages) {
			st.Busy, st.Waits = s.Stages[i].Busy, s.Stages[i].Waits
		}
		for _, m := range p.Metrics {
			st.Metrics = append(st.Metrics, metric{m.Name, m.Number(), m.Unit})
		}
		to.Stages = append(to.Stages, st)
	}
	for i := range r.Outlets {
		to.Outlets = append(to.Outlets, outletOf(&r.Outlets[i]))
	}
	return to
}

func outletOf(o *report.Outlet) outlet {
	to := outlet{
		Name: o.Name, Target: o.Target, Unit: "frames", Delivered: o.Delivered(),
		Waiting: o.Waiting, Dropped: o.Dropped, Undelivered: o.Undelivered, Reconnects: o.Reconnects,
	}
	if o.HasRows {
		to.Unit = "rows"
	}
	return to
}

// stamp returns a packet time in UTC.
func stamp(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05.000") }

func pointOf(p *watch.Point) point {
	return point{float64(p.Time) / 1e9, p.Packets, p.Bytes, p.Flows, p.Live, p.Lost, p.Alarms}
}

// tableOf returns the first rows of a table as text: that of T2, but times are in UTC, as people read them.
func tableOf(index int, t *watch.Table) table {
	to := table{Index: index, Name: t.Name, Total: len(t.Rows), Rows: [][]string{}}
	columns := append(t.Key[:len(t.Key):len(t.Key)], t.Fields...)
	for i, c := range columns {
		_, is := numberOf(c.Type)
		to.Columns = append(to.Columns, column{Name: c.Name, Unit: c.Unit, Number: is, Charted: is && i >= len(t.Key)})
	}
	var values [][]byte
	for _, r := range t.Rows[:min(len(t.Rows), maxRows)] {
		values = watch.Values(watch.Values(values[:0], t.Key, r.Key), t.Fields, r.Fields)
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = text(columns[i].Type, v)
		}
		to.Rows = append(to.Rows, row)
	}
	return to
}

// text returns a value as the page shows it.
func text(t value.Type, v []byte) string {
	if t == value.Time {
		if ns := nanoseconds(v); ns != 0 {
			return stamp(ns)
		}
		return "-"
	}
	return string(t.AppendText(nil, v))
}
