package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
)

// variants are the settings with which T2 was run.
var variants = map[string][]string{
	"default":             nil,
	"minpkts1":            {"tcpwin.min_packets=1"},
	"thres1000-minpkts10": {"tcpwin.threshold=1000", "tcpwin.min_packets=10"},
	"minpkts2-max5":       {"tcpwin.min_packets=2", "tcpwin.max_entries=5"},
}

// TestExpected compares summary file and received bytes with those of T2, for the
// plugins compiled in, in the sandbox and in processes.
func TestExpected(t *testing.T) {
	slow(t)
	for _, w := range []way{direct.withTwo(), keptSandbox.withTwo(), ownProcess.withTwo()} {
		t.Run(w.name, func(t *testing.T) {
			variants := variants
			if w.runtime == plugin.Process { // two processes a run: settings reach them as they do the others
				variants = map[string][]string{"default": nil}
			}
			expected(t, sharedFolder(t), w, variants)
		})
	}
}

// TestFresh does the same with captures that were new to the program, compiled in.
func TestFresh(t *testing.T) {
	slow(t)
	fresh := freshFolder(t)
	expected(t, fresh, direct.withTwo(), map[string][]string{
		"default": nil, "minpkts1": variants["minpkts1"], "thres1000-minpkts10": variants["thres1000-minpkts10"],
	})
}

func expected(t *testing.T, shared string, w way, variants map[string][]string) {
	identical, total := 0, 0
	for variant, sets := range variants {
		files, err := filepath.Glob(filepath.Join(shared, "expected", variant, "*.sink.bin"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no expected results in %s: %v", variant, err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".sink.bin")
			total++
			t.Run(variant+"/"+name, func(t *testing.T) {
				summary, sink := runLikeT2(t, captureFile(t, shared, name), slices.Clone(sets), w)
				wantSummary, err := os.ReadFile(filepath.Join(shared, "expected", variant, name+".tcpwin.txt"))
				if err != nil {
					t.Fatal(err)
				}
				wantSink, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Equal(summary, wantSummary) && bytes.Equal(sink, wantSink) {
					identical++
				} else {
					t.Errorf("summary:\n%s\nwant:\n%s\nsink: %d bytes, want %d", summary, wantSummary, len(sink), len(wantSink))
				}
			})
		}
	}
	fmt.Printf("expected: %d/%d identical, %s\n", identical, total, w.name)
}

// runLikeT2 runs with T2's behaviour and a receiver on a real socket.
func runLikeT2(t *testing.T, capture string, sets []string, w way) (summary, sink []byte) {
	t.Helper()
	address, received := receiver(t)
	c := testConfig(t, capture)
	w.config(t, &c, nil)
	c.Settings = likeT2(settingsOf(t, append(sets, "tcpwinsink.to="+address)...))
	if _, err := Run(context.Background(), c); err != nil {
		t.Logf("run: %v", err)
	}
	summary, err := os.ReadFile(c.Prefix + "_tcpwin.txt")
	if err != nil {
		t.Error(err) // it is complete after damage too
	}
	return summary, received()
}

// receiver listens for one sender; received gives what came, once the sender has
// gone.
func receiver(t *testing.T) (address string, received func() []byte) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	all := make(chan []byte, 1)
	go func() {
		defer close(all)
		conn, err := listener.Accept()
		if err != nil {
			return // nobody came
		}
		data, _ := io.ReadAll(conn) // to a reset, too
		conn.Close()
		all <- data
	}()
	return "tcp://" + listener.Addr().String(), func() []byte {
		listener.Close()
		return <-all
	}
}
