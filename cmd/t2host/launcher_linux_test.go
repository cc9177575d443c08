package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/t2host/t2host/testdata/built"
)

// TestLauncherComesFirst: packages that take long to initialize must come after the launcher,
// which a plugin's start waits for.
func TestLauncherComesFirst(t *testing.T) {
	cmd := exec.Command(mustBuild(t, built.Program), "-V")
	cmd.Env = append(cmd.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(trace.String()) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "init "), " @")
		switch {
		case name == "github.com/t2host/t2host/host/confine/launcher":
			return
		case strings.HasPrefix(line, "init ") && strings.Contains(name, ".") && !strings.Contains(name, "/internal/"):
			t.Errorf("%s is initialized before the launcher", name)
		}
	}
	t.Errorf("the launcher is not initialized: %s", trace.String())
}
