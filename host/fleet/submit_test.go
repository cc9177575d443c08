package fleet_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/fleet/server"
)

// TestManyTasks: a job may have more tasks than a message has room for.
func TestManyTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	hub, err := server.Start(server.Config{Address: "127.0.0.1:0", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Stop()
	h, err := fleet.Connect(t.Context(), hub.Place, "t2host 1")
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	const n = 12_000
	var tasks []*fleet.Task
	var captures [][]string
	for i := range n {
		name := fmt.Sprintf("capture-of-a-day-%05d.pcap", i)
		sum := fmt.Sprintf("%064x", i)
		tasks = append(tasks, &fleet.Task{Job: "many", Number: i + 1, Plugins: []string{"tcpwin"}, Files: []fleet.File{{Path: "/captures/" + name, SHA256: sum}}})
		captures = append(captures, []string{name})
	}
	if err := h.Submit(t.Context(), tasks, captures, nil); err != nil {
		t.Fatal(err)
	}
	s, err := h.Status(t.Context(), "many")
	if err != nil || s.Tasks != n || s.Done+s.Failed != 0 {
		t.Errorf("%+v %v", s, err)
	}
	state, err := h.State(t.Context())
	if err != nil || state.Waiting != n {
		t.Errorf("%+v %v", state, err)
	}
	if err := h.Cancel(t.Context(), "many"); err != nil {
		t.Error(err)
	}
	if _, err := h.Status(t.Context(), "many"); err == nil || !strings.Contains(err.Error(), "no such job") {
		t.Errorf("after it was cancelled: %v", err)
	}
	if state, err := h.State(t.Context()); err != nil || state.Waiting != 0 {
		t.Errorf("after it was cancelled: %+v %v", state, err)
	}
}
