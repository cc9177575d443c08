package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
)

// failing is a plugin with a file and a flow end that goes wrong.
func failing(f func(n int) error) *sdk.Plugin {
	type none struct{ Suffix string }
	return sdk.Define(sdk.Spec[none]{
		Name: "failing", Number: 990, Version: "1.0.0", Doc: "fails for a test",
		Defaults: none{"_failing.txt"},
		Settings: func(s *none) []sdk.Setting { return []sdk.Setting{sdk.Text("suffix", &s.Suffix, "")} },
		Ends:     sdk.End(sdk.FlowInd),
		Outlets:  []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: func(env *sdk.Env, _ none) (sdk.Stage, error) {
			lines, n := env.Outlet("lines"), 0
			return &sdk.Loop{EndFlow: func(sdk.EndRow) error {
				n++
				lines.Send([]byte("a line\nhalf a li"))
				return f(n)
			}}, nil
		},
	})
}

const windows = "../testdata/windows.pcap"

func TestAPluginThatFails(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(int) error
		want string
	}{
		{"error", func(n int) error {
			if n == 9 {
				return errors.New("no more room")
			}
			return nil
		}, ": no more room"},
		{"panic", func(n int) error {
			if n == 9 {
				panic("nine")
			}
			return nil
		}, "panic: nine (failure_test.go:"},
		{"fault", func(n int) error { return []error{nil}[n/9] }, "panic: runtime error: index out of range [1] with length 1 (failure_test.go:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			cfg := testConfig(t, windows, "failing", "tcpwin")
			cfg.Catalogue = plugin.BuiltIn(tcpwin.Plugin, failing(c.f))
			var err error
			if cfg.Settings, err = settings.Load(os.DevNull, nil, []string{"batch.rows=1"}); err != nil {
				t.Fatal(err)
			}
			_, err = Run(context.Background(), cfg)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "plugin failing: batch ") {
				t.Errorf("error %v, want …%s…", err, c.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			data, err := os.ReadFile(cfg.Prefix + "_failing.txt.part")
			if err != nil || !strings.HasSuffix(string(data), "a line\n") {
				t.Errorf("unfinished file: %q, %v; want whole lines", data, err)
			}
			for _, name := range []string{"_failing.txt", "_tcpwin.txt"} {
				if _, err := os.Stat(cfg.Prefix + name); err == nil {
					t.Errorf("%s is there although the run broke", name)
				}
			}
			settles(t, before)
		})
	}
}

// settles waits until no more goroutines run than before.
func settles(t *testing.T, before int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}

func TestNothingIsLeftRunning(t *testing.T) {
	files := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			skip(t, "no /proc here")
		}
		return len(entries)
	}
	before, filesBefore := runtime.NumGoroutine(), files()
	for _, capture := range []string{windows, "../testdata/rules/cut_data.pcap", "../testdata/rules/corrupt_length.pcap", "../testdata/rules/header_only.pcap", "none.pcap"} {
		runAll(t, capture, 4096, time.UTC, direct)
	}
	settles(t, before)
	if now := files(); now > filesBefore {
		t.Errorf("%d open files, %d before", now, filesBefore)
	}
}

func TestARefusedRunMakesNoFiles(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		capture, set, want string
	}{
		{"none.pcap", "tcpwin.threshold=1", "capture none.pcap: no such file or directory"},
		{windows, "tcpwin.treshold=1", "--set tcpwin.treshold: tcpwin has no setting treshold, did you mean threshold?"},
		{windows, "tcpwin.suffix=/none/x", "none"},
	} {
		values, err := settings.Load(os.DevNull, nil, []string{c.set})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Run(context.Background(), Config{
			Files: []string{c.capture}, Prefix: filepath.Join(dir, "x"), Plugins: []string{"tcpwin", "failing"},
			Catalogue: plugin.BuiltIn(tcpwin.Plugin, failing(nil)), Runtime: plugin.Inproc, Settings: values, Quiet: true,
		})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", c.set, err, c.want)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) > 0 {
			t.Errorf("%s: files are left: %v %v", c.set, entries, err)
		}
	}
}
