package fleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/fleet/board"
	"github.com/t2host/t2host/host/fleet/server"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// simulated is the run of a sensor: a table that changes.
type simulated struct {
	watch *watch.Watch
	mu    sync.Mutex
	table watch.Table
}

var (
	hosts  = []value.Column{{Name: "ip", Type: value.Uint16}}
	counts = []value.Column{{Name: "n", Type: value.Uint32, Merge: "sum"}, {Name: "most", Type: value.Uint32, Merge: "max"}, {Name: "who", Type: value.Uint16, Merge: "with most"}}
)

func newSimulated(stop int64) *simulated {
	s := &simulated{watch: &watch.Watch{}, table: watch.Table{Name: "p.hosts", Key: hosts, Fields: counts}}
	s.watch.KeepHistory()
	r := &report.Report{Stop: stop}
	s.watch.Begin(r, func(*report.Report) []watch.Stage { return nil }, func() []report.Outlet { return nil }, func() []watch.Table {
		s.mu.Lock()
		defer s.mu.Unlock()
		return []watch.Table{s.table}
	})
	return s
}

// change sets other rows.
func (s *simulated) change(rng *rand.Rand, sensor, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []watch.Row
	for i := range rows {
		n, most := rng.Uint32N(1000), rng.Uint32N(100)
		list = append(list, watch.Row{Key: string([]byte{byte(i), byte(rng.UintN(4))}), Fields: []byte{byte(n), byte(n >> 8), 0, 0, byte(most), 0, 0, 0, byte(sensor), byte(sensor >> 8)}})
	}
	s.table.Rows, s.table.Changes = list, s.table.Changes+1
}

// TestSensors: what the hub has of many sensors, each of which sends its table again and again while the hub is away for a while, is the merged
// table of their last states. T2HOST_SENSORS is how many: 50, in make soak 1,000 and 30 seconds.
func TestSensors(t *testing.T) {
	n, away := 50, time.Second
	if text := os.Getenv("T2HOST_SENSORS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		away = 30 * time.Second
	}
	if testing.Short() {
		n = 5
	}
	dir := t.TempDir()
	hub, err := server.Start(server.Config{Address: "127.0.0.1:0", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(hub.Place.URL, "nats://")
	connect := func(ctx context.Context) (*fleet.Hub, error) { return fleet.Connect(ctx, hub.Place, "t2host 1") }
	rng := rand.New(rand.NewPCG(1, 2))
	runs := make([]*simulated, n)
	ends := make([]func(), n)
	begun := time.Now()
	var mu sync.Mutex
	said := 0
	for i := range runs {
		runs[i] = newSimulated(int64(i % 7))
		runs[i].change(rng, i, 50)
		s := fleet.NewSensor(fmt.Sprintf("sensor-%d", i), 500*time.Millisecond+time.Duration(n)*5*time.Millisecond, runs[i].watch, connect, func(string) { mu.Lock(); said++; mu.Unlock() })
		ends[i] = s.Start()
	}
	for round := range 4 {
		time.Sleep(time.Second)
		for _, i := range rng.Perm(n) {
			runs[i].change(rng, i, 50)
		}
		if round == 1 {
			hub.Stop()
			time.Sleep(away)
			if hub, err = server.Start(server.Config{Address: address, Dir: dir}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var ending sync.WaitGroup
	for _, i := range rng.Perm(n) {
		ending.Go(ends[i])
	}
	ending.Wait()
	spent := time.Since(begun)

	want := sdk.NewMergedTable(sdk.TableInfo{Name: "p.hosts", Key: hosts, Row: counts})
	for i, s := range runs {
		for k, row := range s.table.Rows {
			want.Add([]byte(row.Key), row.Fields, sdk.Origin{Time: int64(i % 7), Run: fmt.Sprintf("sensor-%d", i), Place: uint64(k)})
		}
	}
	var expected strings.Builder
	expected.WriteString("%ip\tn\tmost\twho\n")
	want.Rows(func(key, row []byte) {
		u := func(b []byte) (n uint64) {
			for k := range b {
				n |= uint64(b[k]) << (8 * k)
			}
			return n
		}
		fmt.Fprintf(&expected, "%d\t%d\t%d\t%d\n", u(key), u(row[:4]), u(row[4:8]), u(row[8:]))
	})
	h, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	m, sensors, err := h.Live(t.Context(), "p.hosts")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := m.WriteTable(&got, "p.hosts"); err != nil {
		t.Fatal(err)
	}
	if len(sensors) != n {
		t.Errorf("%d sensors, want %d", len(sensors), n)
	}
	if diff := cmp.Diff(expected.String(), got.String()); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if said == 0 {
		t.Error("nobody says that the hub was away")
	}
	if _, _, err := h.Live(t.Context(), "p.other"); err == nil || err.Error() != "no sensor has sent table p.other (there are p.hosts)" {
		t.Errorf("another table: %v", err)
	}
	for path, want := range map[string]string{
		"/":        fmt.Sprintf("p.hosts, of %d sensors", n),
		"/metrics": fmt.Sprintf("t2host_fleet_sensor_tables %d\n", n),
	} {
		rec := httptest.NewRecorder()
		board.Handler(h).ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if body := rec.Body.String(); rec.Code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d\n%s", path, rec.Code, body)
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d sensors, %v, heap of all and the hub %d MB", n, spent.Round(time.Millisecond), memory.HeapAlloc>>20)
	hub.Stop()
}

// TestSecureHub: other machines than the hub's come over TLS, and only with its certificate.
func TestSecureHub(t *testing.T) {
	hub, err := server.Start(server.Config{Address: "0.0.0.0:0", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Stop()
	if !strings.HasPrefix(hub.Place.URL, "tls://") || hub.Place.CA == "" || len(hub.Place.Token) < 32 {
		t.Fatalf("%+v", hub.Place)
	}
	at := *hub.Here
	h, err := fleet.Connect(t.Context(), &at, "t2host 1")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := fleet.Connect(t.Context(), &at, "t2host 2"); err == nil {
		other.Close()
		t.Error("another version is let in")
	}
	h.Close()
	if h, err = fleet.Own(t.Context(), &at, "t2host 2"); err != nil { // the hub was upgraded
		t.Fatal(err)
	}
	h.Close()
	if old, err := fleet.Connect(t.Context(), &at, "t2host 1"); err == nil {
		old.Close()
		t.Error("the version before is let in")
	}
	for _, off := range []time.Duration{-24 * time.Hour, 24 * time.Hour} { // a machine's clock
		p := at
		p.Now = func() time.Time { return time.Now().Add(off) }
		h, err := fleet.Connect(t.Context(), &p, "t2host 2")
		if err != nil {
			t.Fatalf("a clock that is off by %v: %v", off, err)
		}
		h.Close()
	}
	for name, change := range map[string]func(*fleet.Place){
		"no certificate": func(p *fleet.Place) { p.CA = "" },
		"no token":       func(p *fleet.Place) { p.Token = "" },
		"no TLS":         func(p *fleet.Place) { p.CA, p.URL = "", strings.Replace(p.URL, "tls", "nats", 1) },
	} {
		p := at
		change(&p)
		if h, err := fleet.Connect(t.Context(), &p, "t2host 2"); err == nil {
			h.Close()
			t.Errorf("%s: it is let in", name)
		}
	}
}
