package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/guard"
)

// Metric declares a number that tells how a plugin is doing: a counter, which only grows, or a gauge.
// It is a variable of the plugin's package, which lists it in Spec.Metrics and calls Writer in Open.
// The end report shows its last value.
type Metric struct {
	Name  string // lower-case letters, digits and _, a letter first
	Doc   string // one line
	Unit  string // or empty
	Gauge bool
}

// NewCounter declares a number that only grows: things seen since the run began.
func NewCounter(name, doc string) *Metric { return &Metric{Name: name, Doc: doc} }

// NewGauge declares a number that grows and shrinks, such as the entries that are kept.
func NewGauge(name, doc string) *Metric { return &Metric{Name: name, Doc: doc, Gauge: true} }

// In tells the metric's unit, such as "bytes".
func (m *Metric) In(unit string) *Metric {
	m.Unit = unit
	return m
}

func metrics(list []*Metric) []Metric {
	var all []Metric
	for _, m := range list {
		all = append(all, *m)
	}
	return all
}

// MetricWriter changes a metric. It must be used in callbacks only.
type MetricWriter struct{ value *uint64 }

// Writer returns the writer of the metric. Call it in Open, which fails if Spec.Metrics does not
// list the metric.
func (m *Metric) Writer(env *Env) MetricWriter {
	if env.metrics == nil {
		env.metrics = make([]uint64, len(env.plugin.Metrics))
	}
	for i := range env.plugin.Metrics {
		if env.plugin.Metrics[i].Name == m.Name {
			return MetricWriter{&env.metrics[i]}
		}
	}
	env.fail(errors.New("metric " + m.Name + " is written but not declared: add it to Metrics (" + guard.Author() + ")"))
	return MetricWriter{new(uint64)}
}

// Add adds n.
func (w MetricWriter) Add(n uint64) { *w.value += n }

// Set sets a gauge to v.
func (w MetricWriter) Set(v int64) { *w.value = uint64(v) }
