package metrics

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk"
)

// example returns a run in which everything occurs.
func example() *watch.Watch {
	r := &report.Report{Live: &report.Live{}, Stop: 1_700_000_000_000_000_000, Lag: 20 * time.Millisecond}
	r.Counts.Packets, r.Counts.WireBytes, r.Live.Ring, r.Live.Interface = 1000, 64000, 7, 2
	r.Flows.Created, r.Flows.Live, r.Flows.Ended[3] = 30, 10, 20
	r.Plugins = []report.Plugin{{Name: "my\"Sink\n", Cost: time.Second, Metrics: []report.Metric{
		{Metric: sdk.Metric{Name: "seen"}, Value: 12}, {Metric: sdk.Metric{Name: "kept", Gauge: true}, Value: ^uint64(0)},
	}}}
	w := &watch.Watch{}
	w.Begin(r, func(*report.Report) []watch.Stage {
		return []watch.Stage{{Name: "my\"Sink\n", Waits: true, Batches: 3, Bytes: 99}}
	},
		func() []report.Outlet { // one that was removed and came again
			again := report.Outlet{Name: "mySink.reports", Target: "tcp://192.0.2.1:5555"}
			again.Frames = 4
			return []report.Outlet{again, again}
		},
		func() []watch.Table { return nil })
	return w
}

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	body, _ := io.ReadAll(rec.Result().Body)
	return rec.Code, string(body)
}

func TestMetrics(t *testing.T) {
	code, text := get(t, Handler(example(), false), "/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`t2host_packets_total 1000`, `t2host_bytes_total 64000`, `t2host_flows_live 10`, `t2host_flows_total{end="end detected"} 20`,
		`t2host_capture_drops_total{where="ring"} 7`, `t2host_capture_drops_total{where="interface"} 2`, `t2host_lag_seconds 0.02`,
		`t2host_plugin_seconds_total{plugin="my\"Sink\n"} 1`, `t2host_plugin_events_total{metric="seen",plugin="my\"Sink\n"} 12`,
		`t2host_plugin_value{metric="kept",plugin="my\"Sink\n"} -1`, `t2host_plugin_queue_batches{plugin="my\"Sink\n"} 1`,
		`t2host_plugin_bytes_total{direction="out",plugin="my\"Sink\n"} 99`, `t2host_run_phase{phase="running"} 1`,
		`t2host_outlet_frames_total{outlet="mySink.reports",result="delivered",target="tcp://192.0.2.1:5555"} 8`,
		`t2host_outlet_queue_bytes{outlet="mySink.reports",target="tcp://192.0.2.1:5555"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("T2HOST_NO_SKIP") == "1" {
			t.Fatal("no promtool")
		}
		t.Skip("no promtool")
	}
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

// TestHealth: a run is ready while it runs, and healthy unless data has stopped moving.
func TestHealth(t *testing.T) {
	w := &watch.Watch{}
	if code, text := get(t, Handler(w, false), "/readyz"); code != http.StatusServiceUnavailable || text != "starting\n" {
		t.Errorf("at the beginning readyz is %d %s", code, text)
	}
	w = example()
	for _, path := range []string{"/readyz", "/healthz"} {
		if code, text := get(t, Handler(w, false), path); code != http.StatusOK {
			t.Errorf("%s is %d %s", path, code, text)
		}
	}
	s := w.State()
	if s.Still = Stuck; Healthy(&s) {
		t.Error("a run in which nothing moves is healthy")
	}
	if code, _ := get(t, Handler(w, false), "/debug/pprof/"); code != http.StatusNotFound {
		t.Errorf("pprof without debug: %d", code)
	}
	if code, _ := get(t, Handler(w, true), "/debug/pprof/"); code != http.StatusOK {
		t.Errorf("pprof with debug: %d", code)
	}
}

// TestDashboard: the dashboard's queries name metrics that exist, and each of ours.
func TestDashboard(t *testing.T) {
	data, err := os.ReadFile("../../docs/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var page any
	if err := json.Unmarshal(data, &page); err != nil {
		t.Fatal(err)
	}
	_, text := get(t, Handler(example(), false), "/metrics")
	exist := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(text, -1) {
		exist[m[1]] = true
	}
	asked := map[string]bool{}
	for _, name := range regexp.MustCompile(`(?:t2host|process|go)_[a-z_]+`).FindAllString(string(data), -1) {
		if asked[name] = true; !exist[name] {
			t.Errorf("the dashboard asks for %s, which does not exist", name)
		}
	}
	for name := range exist {
		if strings.HasPrefix(name, "t2host_") && !asked[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
