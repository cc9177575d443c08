package host

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// failing is a plugin with a file that goes wrong at its ninth flow end, as its
// setting how selects. This program holds it in a process, too.
var failing = sdk.Define(sdk.Spec[failure]{
	Name: "failing", Number: 990, Version: "1.0.0", Doc: "fails for a test",
	Defaults: failure{"_failing.txt", "error"},
	Settings: func(f *failure) []sdk.Setting {
		return []sdk.Setting{sdk.TextSetting("suffix", &f.suffix, ""), sdk.ChoiceSetting("how", &f.how, "", "error", "panic", "fault", "exit", "open")}
	},
	Ends:    sdk.End(field.FlowInd),
	Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
	Open: func(env *sdk.Env, f failure) (sdk.Stage, error) {
		if f.how == "open" {
			return nil, errors.New("no more room")
		}
		lines, n := env.Outlet("lines"), 0
		return &sdk.Loop{EndFlow: func(sdk.EndRow) error {
			n++
			lines.Send([]byte("a line\nhalf a li"))
			return f.at(n)
		}}, nil
	},
})

type failure struct{ suffix, how string }

func (f *failure) at(n int) error {
	switch {
	case n < 9:
		return nil
	case f.how == "error":
		return errors.New("no more room")
	case f.how == "panic":
		panic("nine")
	case f.how == "exit":
		os.Exit(3)
	}
	return []error{nil}[n/9]
}

const windows = "../testdata/windows.pcap"

func TestAPluginThatFails(t *testing.T) {
	const lines = "a line\n" // at the end of what is left of its file
	for _, c := range []struct {
		how, begins, goesOn, leaves string
	}{
		{"error", "plugin failing: batch ", ": no more room", lines},
		{"panic", "plugin failing: batch ", ": panic: nine (failure_test.go:", lines},
		{"fault", "plugin failing: batch ", ": panic: runtime error: index out of range [1] with length 1 (failure_test.go:", lines},
		{"exit", "plugin failing: batch ", ": process died: exit status 3", lines},
		{"open", "plugin failing: open: no more room", "", ""},
	} {
		for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Process} {
			if c.how == "exit" && in == plugin.Inproc {
				continue // it takes the host with it
			}
			t.Run(c.how+"/"+string(in), func(t *testing.T) {
				before := runtime.NumGoroutine()
				cfg := testConfig(t, windows, "failing:"+string(in), "tcpwin")
				cfg.Catalogue = plugin.BuiltIn(tcpwin.Plugin, failing)
				cfg.Settings, cfg.LogFile = settingsOf(t, "batch.rows=1", "failing.how="+c.how), true
				_, err := Run(context.Background(), cfg)
				if err == nil || !strings.HasPrefix(err.Error(), c.begins) || !strings.Contains(err.Error(), c.goesOn) {
					t.Fatalf("error %v, want %s…%s…", err, c.begins, c.goesOn)
				}
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("more than one line: %v", err)
				}
				data, err := os.ReadFile(cfg.Prefix + "_failing.txt.part")
				if c.how == "open" {
					if left, _ := filepath.Glob(cfg.Prefix + "*"); len(left) > 0 {
						t.Errorf("a run that never began leaves %s", left)
					}
				} else if err != nil || !strings.HasSuffix(string(data), c.leaves) {
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

// TestASilentInput: a run that waits for input that does not come can end all the
// same.
func TestASilentInput(t *testing.T) {
	data, err := os.ReadFile(windows)
	if err != nil {
		t.Fatal(err)
	}
	bad := sdk.Define(sdk.Spec[struct{}]{
		Name: "bad", Number: 903, Version: "1.0.0", Doc: "fails at once", Packets: sdk.TCP(),
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{Packet: func(sdk.PacketRow) { panic("no more room") }}, nil
		},
	})
	const early = "interrupted before the first byte of the input"
	for _, c := range []struct {
		name, want string
		input      []byte
		end        func(stop, cancel func())
	}{
		{"a plugin fails", "plugin bad: batch 1 (packet 1): ", data[:2000], func(_, _ func()) {}},
		{"stopped before the first byte", early, nil, func(stop, _ func()) { stop() }},
		{"cancelled before the first byte", early, nil, func(_, cancel func()) { cancel() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			stop, ended := make(chan struct{}), make(chan error, 1)
			out, in := io.Pipe()
			go func() { _, _ = in.Write(c.input) }() // it may break off
			cfg := testConfig(t, "-", "bad")
			cfg.Stdin, cfg.Stop, cfg.Catalogue = out, stop, plugin.BuiltIn(bad)
			go func() { _, err := Run(ctx, cfg); ended <- err }()
			c.end(func() { close(stop) }, cancel)
			select {
			case err = <-ended:
			case <-time.After(10 * time.Second):
				err = errors.New("still running")
			}
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
			out.Close() // what still reads, ends
			settles(t, before)
		})
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
		_, err := Run(context.Background(), Config{
			Files: []string{c.capture}, Prefix: filepath.Join(dir, "x"), Plugins: requests("tcpwin", "failing"),
			Catalogue: plugin.BuiltIn(tcpwin.Plugin, failing), Runtime: plugin.Inproc, Settings: settingsOf(t, c.set), Quiet: true,
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
