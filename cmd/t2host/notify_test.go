package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/watch"
)

// TestNotify: systemd is told READY once, WATCHDOG while data moves only, STOPPING at the end.
func TestNotify(t *testing.T) {
	n := &notifier{dog: 10 * time.Second}
	begun := time.Unix(1_000_000, 0)
	state := func(phase watch.Phase, still time.Duration) *watch.State {
		return &watch.State{Phase: phase, Begun: begun, At: begun.Add(time.Second), Still: still}
	}
	for i, c := range []struct {
		state *watch.State
		want  string // its last lines
	}{
		{state(watch.Starting, 0), ""},
		{state(watch.Running, time.Second), "\nREADY=1\nWATCHDOG=1"},
		{state(watch.Running, time.Second), "\nWATCHDOG=1"},
		{state(watch.Running, 6*time.Second), "STATUS=nothing has moved for 6s"},
		{state(watch.Running, 0), "\nWATCHDOG=1"},
		{state(watch.Ending, 6*time.Second), "\nSTOPPING=1\nWATCHDOG=1"},
		{state(watch.Ended, 0), "\nWATCHDOG=1"},
	} {
		got := n.lines(c.state)
		if !strings.HasSuffix(got, c.want) || strings.Count(got, "READY") > strings.Count(c.want, "READY") || strings.Count(got, "WATCHDOG") != strings.Count(c.want, "WATCHDOG") {
			t.Errorf("%d: %q, want …%q", i, got, c.want)
		}
	}
}

// TestNotifySocket: a run tells the socket that systemd names.
func TestNotifySocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		skip(t, "no datagram sockets here: "+err.Error())
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000000")
	if code := run([]string{"-q", "-r", "../../testdata/windows.pcap", "-p", "tcpwin:inproc", "-w", t.TempDir() + "/"}, nil, os.Stderr, os.Stderr); code != exitOK {
		t.Fatal(code)
	}
	_ = l.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 4096)
	all := ""
	for !strings.Contains(all, "STOPPING=1") {
		k, err := l.Read(b)
		if err != nil {
			t.Fatalf("%v after\n%s", err, all)
		}
		all += string(b[:k]) + "\n"
	}
	if !strings.HasPrefix(all, "STATUS=loading plugins\n") || strings.Count(all, "READY=1") != 1 {
		t.Errorf("told:\n%s", all)
	}
}
