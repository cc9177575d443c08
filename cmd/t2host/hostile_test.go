//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/testdata/module"
)

// hostile is a module that a stranger wrote, and how a run with it must end.
type hostile struct {
	name   string // what it tries
	module module.Module
	args   []string // of the run, beside the capture, the prefix and the plugin
	code   int      // exit code
	want   string   // in standard error, or if the code is 0 in the report
	orEnds bool     // it may also compile in time, and keep all rules
	memory int      // MiB that neither t2host nor a worker may exceed; 0: 300
	alone  bool     // it must not run in t2host itself, where nothing ends it
	long   bool     // it takes more than a second of CPU: with T2HOST_HOSTILE=all only
}

// manifestOf returns the manifest of one plugin, whose members replace those of a good one.
func manifestOf(members ...string) string {
	all := []string{`"name":"hostile"`, `"number":990`, `"version":"1.0.0"`, `"doc":"breaks a rule"`, `"packets":{"rows":"tcp","fields":["window"]}`}
	for _, m := range members {
		key, _, _ := strings.Cut(m, ":")
		replaced := false
		for i := range all {
			if strings.HasPrefix(all[i], key+":") {
				all[i], replaced = m, true
			}
		}
		if !replaced {
			all = append(all, m)
		}
	}
	return `{"abi":2,"plugins":[{` + strings.Join(all, ",") + `}]}`
}

// TestHostileModules runs modules of a stranger as a user would: each is contained, and ends with
// one sentence. It writes nothing but files that begin with the run's prefix.
func TestHostileModules(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	t.Parallel()
	for _, h := range hostiles() {
		if h.long && os.Getenv("T2HOST_HOSTILE") != "all" {
			continue
		}
		for _, trust := range []bool{false, true} {
			// What is refused is refused before there is a runtime.
			if trust && (h.alone || h.code == exitUsage) {
				continue
			}
			t.Run(fmt.Sprintf("%s/trust=%v", strings.ReplaceAll(h.name, "/", "|"), trust), func(t *testing.T) {
				t.Parallel()
				h.run(t, trust)
			})
		}
	}
}

func (h *hostile) run(t *testing.T, trust bool) {
	root := t.TempDir()
	write := func(name string, data []byte) {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	capture, err := os.ReadFile("../../testdata/plain.pcap")
	if err != nil {
		t.Fatal(err)
	}
	write("work/x.pcap", capture)
	write("work/x.pcap.txt", []byte("the user's own"))
	write("work/plugin/hostile.wasm", h.module.Bytes())
	write("work/victim/.bashrc", nil)
	write("tmp/other", nil)
	write("home/.profile", nil)
	before := tree(t, root)

	args := []string{"-r", "x.pcap", "-p", "plugin/hostile.wasm"}
	if !slices.Contains(h.args, "-w") {
		args = append(args, "-w", "out")
	}
	if trust {
		args = append(args, "--trust", "hostile")
	}
	ctx, done := context.WithTimeout(context.Background(), 2*time.Minute)
	defer done()
	cmd := exec.CommandContext(ctx, "t2host-watched", append(args, h.args...)...)
	cmd.Dir = filepath.Join(root, "work")
	home := filepath.Join(root, "home")
	cmd.Env = append(os.Environ(), "HOME="+home, "TMPDIR="+filepath.Join(root, "tmp"), "XDG_RUNTIME_DIR=", "XDG_CACHE_HOME="+t.TempDir(),
		"XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "GORACE=atexit_sleep_ms=0", peakVariable+"="+filepath.Join(t.TempDir(), "peak"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	state := cmd.ProcessState
	if ctx.Err() != nil {
		t.Fatalf("it does not end\n%.2000s", &stderr)
	}
	peak, err := os.ReadFile(strings.TrimPrefix(cmd.Env[len(cmd.Env)-1], peakVariable+"="))
	if err != nil {
		t.Fatal(err)
	}
	mib, _ := strconv.Atoi(string(peak))
	t.Logf("exit code %d, %d MiB, %v of CPU\n%.2000s%.2000s", state.ExitCode(), mib, state.UserTime()+state.SystemTime(), &stderr, &stdout)

	if h.orEnds && state.ExitCode() == exitOK {
		h = &hostile{memory: h.memory}
	}
	if state.ExitCode() != h.code {
		t.Errorf("exit code %d, want %d", state.ExitCode(), h.code)
	}
	said := stderr.String()
	if h.code == exitOK {
		said += stdout.String()
	}
	if !strings.Contains(said, h.want) {
		t.Errorf("it does not say …%s…", h.want)
	}
	lines := 0
	for line := range strings.Lines(stderr.String()) {
		if lines++; !strings.HasPrefix(line, "t2host: ") {
			t.Errorf("a line of its own: %q", line)
		}
	}
	if most := 1; h.code != exitOK && strings.Count(stderr.String(), "\nt2host: plugin") > most || lines > 1000 || stderr.Len()+stdout.Len() > 1<<18 {
		t.Errorf("%d lines, %d bytes", lines, stderr.Len()+stdout.Len())
	}
	for line := range strings.Lines(stderr.String() + stdout.String()) {
		if line = strings.TrimSuffix(line, "\n"); printable.Tabbed(line) != line {
			t.Errorf("a line that steers the terminal: %q", line)
		}
	}
	if most := max(300, h.memory); mib > most {
		t.Errorf("%d MiB of memory, at most %d are allowed", mib, most)
	}
	after := tree(t, root)
	if h.code != exitUsage {
		maps.DeleteFunc(after, func(name, _ string) bool { return strings.HasPrefix(name, "work/out") })
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// tree returns the files below a folder, each with its mode and the checksum of its content.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[name] = d.Type().String()
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files[name] = fmt.Sprintf("%d bytes, %x", len(data), sha256.Sum256(data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// peakVariable names the file that watched writes.
const peakVariable = "T2HOST_TEST_PEAK"

func init() { roles["t2host-watched"] = watched }

// watched is t2host, and then writes the most memory in MiB that it or a worker of it has held.
func watched() {
	code := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	var workers syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &workers)
	peak := workers.Maxrss
	if status, err := os.Open("/proc/self/status"); err == nil {
		for lines := bufio.NewScanner(status); lines.Scan(); {
			var kb int64
			if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kb); err == nil {
				peak = max(peak, kb)
			}
		}
	}
	if err := os.WriteFile(os.Getenv(peakVariable), []byte(strconv.FormatInt(peak>>10, 10)), 0o644); err != nil {
		panic(err)
	}
	os.Exit(code)
}
