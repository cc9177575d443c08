// Package metrics shows a run to Prometheus. Its figures are those of the end report, at the moment of
// the request. No label has an address or anything else of the traffic, so that the number of series is bounded by plugins and places.
package metrics

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/host/watch"
)

// Stuck is how long nothing may move in a run that is healthy.
const Stuck = 30 * time.Second

// Handler returns the pages of a run: /metrics, /healthz and /readyz, and with debug those of net/http/pprof.
func Handler(w *watch.Watch, debug bool) http.Handler {
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(&collector{w}, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewGoCollector())
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", func(to http.ResponseWriter, _ *http.Request) {
		s := w.State()
		answer(to, Healthy(&s), fmt.Sprintf("%s, nothing has moved for %v", s.Phase, s.Still.Round(time.Second)))
	})
	mux.HandleFunc("GET /readyz", func(to http.ResponseWriter, _ *http.Request) {
		s := w.State()
		answer(to, s.Phase == watch.Running, s.Phase.String())
	})
	if debug {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// Healthy reports whether data moves, or none has to.
func Healthy(s *watch.State) bool { return s.Phase != watch.Running || s.Still < Stuck }

func answer(to http.ResponseWriter, ok bool, why string) {
	if !ok {
		http.Error(to, why, http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(to, "ok")
}

// metric describes a family of series, and reads their values.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   read
}

// read puts the values of a state.
type read func(s *watch.State, put put)

// put is called with each value and its labels.
type put func(value float64, labels ...string)

func counter(name, help string, of read, labels ...string) metric {
	return metric{prometheus.NewDesc("t2host_"+name, help, labels, nil), prometheus.CounterValue, of}
}

func gauge(name, help string, of read, labels ...string) metric {
	return metric{prometheus.NewDesc("t2host_"+name, help, labels, nil), prometheus.GaugeValue, of}
}

// one is a value of each run.
func one(value func(*report.Report) float64) read {
	return func(s *watch.State, put put) { put(value(&s.Report)) }
}

// perPlugin is a value of each plugin.
func perPlugin(value func(*report.Plugin) float64) read {
	return func(s *watch.State, put put) {
		for i := range s.Report.Plugins {
			p := &s.Report.Plugins[i]
			put(value(p), p.Name)
		}
	}
}

// perOutlet is a value of each outlet.
func perOutlet(value func(*report.Outlet) float64) read {
	return func(s *watch.State, put put) {
		for i := range s.Report.Outlets {
			o := &s.Report.Outlets[i]
			put(value(o), o.Name, o.Target)
		}
	}
}

// metrics are all families but those of Go and of the process.
var metrics = []metric{
	gauge("build_info", "What runs; the value is 1.", func(_ *watch.State, put put) { put(1, version.Number()) }, "version"),
	gauge("run_phase", "What the run does: the phase that has 1.", func(s *watch.State, put put) {
		for p := watch.Starting; p <= watch.Ended; p++ {
			put(flag(p == s.Phase), p.String())
		}
	}, "phase"),
	counter("packets_total", "Packets read.", one(func(r *report.Report) float64 { return float64(r.Counts.Packets) })),
	counter("bytes_total", "Bytes of packets on the wire.", one(func(r *report.Report) float64 { return float64(r.Counts.WireBytes) })),
	counter("packets_left_out_total", "Frames that the filter left out.", one(func(r *report.Report) float64 { return float64(r.LeftOut) })),
	counter("packets_without_flow_total", "Packets whose flow cannot be told.", one(func(r *report.Report) float64 { return float64(r.Counts.NoFlow) })),
	gauge("input_read_bytes", "Bytes of the captures that were read, as stored.", one(func(r *report.Report) float64 { return float64(r.Done) })),
	gauge("input_size_bytes", "Bytes of the captures; 0: not known.", one(func(r *report.Report) float64 { return float64(r.Size) })),
	counter("capture_received_total", "Frames that came from the interface.", live(func(l *report.Live, put put) { put(float64(l.Received)) })),
	counter("capture_drops_total", "Frames that were lost, and where.", live(func(l *report.Live, put put) {
		put(float64(l.Ring), "ring")
		put(float64(l.Interface), "interface")
	}), "where"),
	gauge("lag_seconds", "How long after its time the last packet of an interface came.", func(s *watch.State, put put) {
		if s.Report.Live != nil {
			put(s.Report.Lag.Seconds())
		}
	}),
	gauge("still_seconds", "Time since anything moved: packets, or an idle input.", func(s *watch.State, put put) { put(s.Still.Seconds()) }),
	gauge("last_packet_timestamp_seconds", "Packet time of the last packet.", one(func(r *report.Report) float64 { return float64(r.Stop) / 1e9 })),
	gauge("flows_live", "Flows that have not ended.", one(func(r *report.Report) float64 { return float64(r.Flows.Live) })),
	counter("flows_opened_total", "Flows that were opened.", one(func(r *report.Report) float64 { return float64(r.Flows.Created) })),
	counter("flows_total", "Flows that have ended, and why.", func(s *watch.State, put put) {
		for why, n := range s.Report.Flows.Reasons() {
			put(float64(n), why)
		}
	}, "end"),
	counter("alarms_total", "Alarms of plugins' columns.", one(func(r *report.Report) float64 { return float64(r.Alarms.Alarms) })),
	counter("log_lines_total", "Lines of the log.", func(s *watch.State, put put) { put(float64(s.Logged)) }),

	counter("plugin_seconds_total", "Time that the plugin has worked.", perPlugin(func(p *report.Plugin) float64 { return p.Cost.Seconds() }), "plugin"),
	counter("plugin_bytes_total", "Bytes of rows and flow ends that were sent to the plugin, and of columns and frames that it has answered.", func(s *watch.State, put put) {
		for i := range s.Stages {
			put(float64(s.Report.Plugins[i].Bytes), s.Stages[i].Name, "in")
			put(float64(s.Stages[i].Bytes), s.Stages[i].Name, "out")
		}
	}, "plugin", "direction"),
	gauge("plugin_failed", "1: the plugin failed and was taken out.", perPlugin(func(p *report.Plugin) float64 { return flag(p.Failed) }), "plugin"),
	counter("plugin_batches_total", "Batches that the plugin has answered.", stages(func(s *watch.Stage) float64 { return float64(s.Batches) }), "plugin"),
	gauge("plugin_queue_batches", "Batches that wait for the plugin.", stages(func(s *watch.Stage) float64 { return flag(s.Waits) }), "plugin"),
	counter("plugin_events_total", "Counters that plugins declare.", ofPlugins(false), "plugin", "metric"),
	gauge("plugin_value", "Gauges that plugins declare.", ofPlugins(true), "plugin", "metric"),

	counter("outlet_frames_total", "Reports, or rows, by what became of them.", func(s *watch.State, put put) {
		for i := range s.Report.Outlets {
			o := &s.Report.Outlets[i]
			put(float64(o.Delivered()), o.Name, o.Target, "delivered")
			put(float64(o.Dropped), o.Name, o.Target, "dropped")
			put(float64(o.Undelivered), o.Name, o.Target, "undelivered")
		}
	}, "outlet", "target", "result"),
	counter("outlet_bytes_total", "Bytes that were delivered or written.", perOutlet(func(o *report.Outlet) float64 { return float64(o.Bytes) }), "outlet", "target"),
	counter("outlet_reconnects_total", "Connections that were lost and made again.", perOutlet(func(o *report.Outlet) float64 { return float64(o.Reconnects) }), "outlet", "target"),
	gauge("outlet_queue_bytes", "Bytes that wait for the receiver.", perOutlet(func(o *report.Outlet) float64 { return float64(o.WaitingBytes) }), "outlet", "target"),
}

// live is values of an interface, none of files.
func live(values func(*report.Live, put)) read {
	return func(s *watch.State, put put) {
		if s.Report.Live != nil {
			values(s.Report.Live, put)
		}
	}
}

// stages is a value of each stage.
func stages(value func(*watch.Stage) float64) read {
	return func(s *watch.State, put put) {
		for i := range s.Stages {
			put(value(&s.Stages[i]), s.Stages[i].Name)
		}
	}
}

// ofPlugins are the gauges, or the counters, that plugins declare.
func ofPlugins(gauges bool) read {
	return func(s *watch.State, put put) {
		for i := range s.Report.Plugins {
			p := &s.Report.Plugins[i]
			for _, m := range p.Metrics {
				switch {
				case m.Gauge != gauges:
				case gauges:
					put(float64(int64(m.Value)), p.Name, m.Name)
				default:
					put(float64(m.Value), p.Name, m.Name)
				}
			}
		}
	}
}

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// collector reads the state of a run once for all metrics of a request.
type collector struct{ run *watch.Watch }

func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for i := range metrics {
		to <- metrics[i].desc
	}
}

func (c *collector) Collect(to chan<- prometheus.Metric) {
	s := c.run.State()
	for i := range metrics {
		m := &metrics[i]
		sums := map[string]float64{} // of series: two outlets may have one target, such as one that was removed and came again
		var list [][]string
		m.of(&s, func(value float64, labels ...string) {
			key := strings.Join(labels, "\x00")
			if _, twice := sums[key]; !twice {
				list = append(list, labels)
			}
			sums[key] += value
		})
		for _, labels := range list {
			to <- prometheus.MustNewConstMetric(m.desc, m.kind, sums[strings.Join(labels, "\x00")], labels...)
		}
	}
}
