// Package board is the page of a fleet: jobs, workers, sensors and their tables, merged; and its figures for Prometheus.
package board

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/t2host/t2host/host/fleet"
)

// Hub is what is shown. A *fleet.Hub is one.
type Hub interface {
	State(ctx context.Context) (*fleet.State, error)
	Live(ctx context.Context, table string) (*fleet.Merger, []string, error)
}

// patience is how long a page may take.
const patience = 10 * time.Second

// Policy is the content security policy of the page, which has no scripts.
const Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var page = template.Must(template.New("fleet").Funcs(template.FuncMap{
	"ago": func(t time.Time) string { return time.Since(t).Round(time.Second).String() },
	"mb":  func(n uint64) uint64 { return n >> 20 },
}).Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="5"><title>t2host fleet</title>
<style>:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1rem auto;max-width:80rem;padding:0 1rem}table{border-collapse:collapse}th,td{text-align:left;padding:.15rem .8rem .15rem 0;vertical-align:top}div{overflow-x:auto}h2{font-size:1rem;margin:1.2rem 0 .3rem}</style></head><body>
<h1>t2host fleet</h1>
<p>{{.State.Waiting}} tasks wait, {{.State.Working}} are in work ({{.State.Redelivered}} again); {{len .State.Workers}} workers; {{mb .State.Stored}} MB</p>
<h2>Jobs</h2><div tabindex="0" role="region" aria-label="jobs"><table><tr><th>job<th>tasks<th>done<th>failed<th>errors</tr>
{{range .State.Jobs}}<tr><td>{{.Job}}<td>{{.Tasks}}<td>{{.Done}}<td>{{.Failed}}<td>{{range .Errors}}{{.}}<br>{{end}}</tr>
{{end}}</table></div>
<h2>Workers</h2><div tabindex="0" role="region" aria-label="workers"><table><tr><th>worker<th>busy<th>done<th>heard of</tr>
{{range .State.Workers}}<tr><td>{{.Name}}<td>{{.Busy}} of {{.AtOnce}}<td>{{.Done}}<td>{{ago .Heard}} ago</tr>
{{end}}</table></div>
<h2>Sensors</h2><div tabindex="0" role="region" aria-label="sensors"><table><tr><th>sensor<th>table<th>rows<th>sent</tr>
{{range .State.Sensors}}<tr><td>{{.Sensor}}<td>{{.Table}}<td>{{.Rows}}<td>{{ago .Heard}} ago</tr>
{{end}}</table></div>
{{range .Tables}}<h2>{{.Name}}, of {{.Sensors}} sensors</h2><div tabindex="0" role="region" aria-label="{{.Name}}"><table>{{range $i, $row := .Rows}}<tr>{{range $row}}{{if eq $i 0}}<th>{{.}}{{else}}<td>{{.}}{{end}}{{end}}</tr>
{{end}}</table></div>
{{end}}</body></html>
`))

// merged is a table on the page.
type merged struct {
	Name    string
	Sensors int
	Rows    [][]string // the first one is the head
}

// maxRows bounds the rows of a table on the page.
const maxRows = 200

// Handler returns the page at /, and figures at /metrics.
func Handler(h Hub) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(to http.ResponseWriter, q *http.Request) {
		ctx, cancel := context.WithTimeout(q.Context(), patience)
		defer cancel()
		var b bytes.Buffer
		if err := show(ctx, &b, h); err != nil {
			http.Error(to, err.Error(), http.StatusServiceUnavailable)
			return
		}
		to.Header().Set("Content-Type", "text/html; charset=utf-8")
		to.Header().Set("Content-Security-Policy", Policy)
		_, _ = b.WriteTo(to)
	})
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(&collector{h})
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	return mux
}

func show(ctx context.Context, b *bytes.Buffer, h Hub) error {
	s, err := h.State(ctx)
	if err != nil {
		return err
	}
	var tables []merged
	shown := map[string]bool{}
	for _, sensor := range s.Sensors {
		if shown[sensor.Table] {
			continue
		}
		shown[sensor.Table] = true
		m, names, err := h.Live(ctx, sensor.Table)
		if err != nil {
			return err
		}
		var text strings.Builder
		if err := m.WriteTable(&text, sensor.Table); err != nil {
			return err
		}
		t := merged{Name: sensor.Table, Sensors: len(names)}
		for line := range strings.Lines(strings.TrimPrefix(text.String(), "%")) {
			if len(t.Rows) <= maxRows {
				t.Rows = append(t.Rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
			}
		}
		tables = append(tables, t)
	}
	return page.Execute(b, map[string]any{"State": s, "Tables": tables})
}

var (
	tasks   = prometheus.NewDesc("t2host_fleet_tasks", "Tasks in the queue, by what they do.", []string{"state"}, nil)
	workers = prometheus.NewDesc("t2host_fleet_workers", "Workers that were heard of in the last 30 seconds.", nil, nil)
	sensors = prometheus.NewDesc("t2host_fleet_sensor_tables", "Tables that sensors have sent.", nil, nil)
	stored  = prometheus.NewDesc("t2host_fleet_stored_bytes", "Bytes of the hub's state.", nil, nil)
)

// collector asks the hub at each request.
type collector struct{ hub Hub }

func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{tasks, workers, sensors, stored} {
		to <- d
	}
}

func (c *collector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := c.hub.State(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(tasks, err)
		return
	}
	put := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	put(tasks, float64(s.Waiting), "waiting")
	put(tasks, float64(s.Working), "working")
	put(workers, float64(len(s.Workers)))
	put(sensors, float64(len(s.Sensors)))
	put(stored, float64(s.Stored))
}
