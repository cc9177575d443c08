package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestEndRequests: what comes within a second of the first signal is the same request.
func TestEndRequests(t *testing.T) {
	for _, c := range []struct{ signals, want string }{
		{"", ""},
		{"0s INT", "ask"},
		{"0s INT, 0s INT", "ask"},
		{"0s TERM, 0s INT, 0s TERM, 999ms INT, 1ms INT", "ask"},
		{"0s INT, 1001ms INT", "ask exit 130"},
		{"3s INT, 1001ms TERM", "ask exit 143"},
		{"0s INT, 600ms INT, 600ms TERM", "ask exit 143"},
		{"0s INT, 500ms INT, 1h INT", "ask exit 130"},
	} {
		t.Run(c.signals, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signals, done := make(chan os.Signal), make(chan struct{})
				var got []string
				go func() {
					defer close(done)
					endRequests(signals,
						func() { got = append(got, "ask") },
						func(code int) { got = append(got, fmt.Sprintf("exit %d", code)) })
				}()
				for s := range strings.SplitSeq(c.signals, ", ") {
					after, name, ok := strings.Cut(s, " ")
					if !ok {
						continue
					}
					wait, err := time.ParseDuration(after)
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(wait)
					signals <- map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[name]
					synctest.Wait()
				}
				close(signals)
				<-done
				if got := strings.Join(got, " "); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}
