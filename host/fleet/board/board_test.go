package board

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/fleet"
)

const evil = "<script>alert(1)</script>"

// told is a hub of which all names are markup.
type told struct{ err error }

func (h *told) State(context.Context) (*fleet.State, error) {
	return &fleet.State{
		Waiting: 3, Working: 2,
		Jobs:    []fleet.Status{{Job: "20261127-000000-00000000", Tasks: 5, Failed: 1, Errors: []string{evil}}},
		Workers: []fleet.WorkerState{{Name: evil, AtOnce: 2, Busy: 1, Heard: time.Now()}},
		Sensors: []fleet.SensorState{{Sensor: evil, Table: "p.t", Heard: time.Now()}},
	}, h.err
}

func (h *told) Live(context.Context, string) (*fleet.Merger, []string, error) {
	m := fleet.NewMerger(nil)
	return m, []string{evil}, m.Add(1, &fleet.Result{Tables: []fleet.Table{{Name: "p.t"}}}, nil)
}

// TestBoard: what others say is text on the page; a hub that does not answer is said.
func TestBoard(t *testing.T) {
	get := func(h Hub, path string) (int, string) {
		rec := httptest.NewRecorder()
		Handler(h).ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		return rec.Code, rec.Body.String()
	}
	code, text := get(&told{}, "/")
	if code != http.StatusOK || strings.Contains(text, "<script") || strings.Count(text, "&lt;script&gt;alert(1)&lt;/script&gt;") != 3 || !strings.Contains(text, "3 tasks wait, 2 are in work") {
		t.Errorf("%d\n%s", code, text)
	}
	if code, text := get(&told{}, "/metrics"); code != http.StatusOK || !strings.Contains(text, `t2host_fleet_tasks{state="waiting"} 3`) {
		t.Errorf("%d\n%s", code, text)
	}
	if code, text := get(&told{errors.New("hub: no answer")}, "/"); code != http.StatusServiceUnavailable || text != "hub: no answer\n" {
		t.Errorf("%d %s", code, text)
	}
}
