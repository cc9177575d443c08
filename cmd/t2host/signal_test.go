//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
)

// TestInterrupt: a Ctrl-C at the terminal, or a supervisor's SIGTERM, reaches the
// whole process group. The input ends there, flows end, reports go out, files are
// complete, whatever carries the plugins. Two signals at once are one request: timeout,
// sudo, npm and systemd send them.
func TestInterrupt(t *testing.T) {
	program := mustBuild(t, built.Program)
	capture, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		runtime string
		signal  syscall.Signal
		and     syscall.Signal // at the same time
	}{
		{"inproc", syscall.SIGINT, 0},
		{"wasm", syscall.SIGINT, 0},
		{"worker", syscall.SIGINT, 0},
		{"process", syscall.SIGINT, 0},
		{"worker", syscall.SIGTERM, 0},
		{"process", syscall.SIGTERM, 0},
		{"inproc", syscall.SIGINT, syscall.SIGTERM},
		{"worker", syscall.SIGTERM, syscall.SIGINT},
		{"process", syscall.SIGTERM, syscall.SIGINT},
	} {
		runtime := c.runtime
		name := runtime + "/" + c.signal.String()
		if c.and != 0 {
			name += " and " + c.and.String()
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := begin(t, program, "-l", "-r", "-", "-w", "out", "-p", "tcpwin,tcpwinsink", "--runtime", runtime, "--set", "tcpwinsink.to=file:sink.bin")
			if _, err := r.input.Write(capture); err != nil { // and no end of it
				t.Fatal(err)
			}
			// The reports that are due go out although the input goes on.
			r.await(func() bool { return size(r.file("sink.bin.part")) > 0 })
			if c.and == 0 {
				r.signal(c.signal)
			} else {
				r.signal(syscall.SIGSTOP)
				r.signal(c.signal)
				r.signal(c.and)
				r.signal(syscall.SIGCONT)
			}
			if code := r.end(); code != 0 {
				t.Errorf("exit code %d, want 0; standard error:\n%s", code, &r.stderr)
			}
			const ending = "t2host: ending; interrupt again to abort\n"
			if n := strings.Count(r.stderr.String(), ending); n != 1 {
				t.Errorf("standard error has %q %d times", ending, n)
			}
			for line := range strings.Lines(r.stderr.String()) {
				if !strings.HasPrefix(line, "t2host: compiling ") && line != ending {
					t.Errorf("standard error: %s", line)
				}
			}
			for _, want := range []string{
				`(?m)^    02: tcpwinsink, 1\.0\.0, ` + runtime + `$`, `(?m)^Number of processed packets: [1-9]`,
				`(?m)^tcpwin: Number of sources in the table: [1-9]`, `(?m)^Cost of tcpwinsink \(` + runtime + `\): `,
			} {
				if !regexp.MustCompile(want).MatchString(r.stdout.String()) {
					t.Errorf("the end report has no %s:\n%s", want, &r.stdout)
				}
			}
			sink, err := os.ReadFile(r.file("sink.bin"))
			if err != nil {
				t.Fatal(err)
			}
			reports := fmt.Sprintf("tcpwinsink: Number of reports: %d\n", bytes.Count(sink, []byte{0}))
			if !bytes.HasSuffix(sink, []byte{0}) || !strings.Contains(r.stdout.String(), reports) {
				t.Errorf("%d bytes of reports, the last one whole: %v; end report without %q:\n%s", len(sink), bytes.HasSuffix(sink, []byte{0}), reports, &r.stdout)
			}
			if size(r.file("out_tcpwin.txt")) <= 0 {
				t.Error("no summary file")
			}
			if left, _ := filepath.Glob(r.file("*.part")); left != nil {
				t.Errorf("unfinished: %s", left)
			}
		})
	}
}

// TestInterruptTwice: signals that go on after the first request end the run at once,
// which waits a minute for a receiver here.
func TestInterruptTwice(t *testing.T) {
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, mustBuild(t, built.Program), "-r", capture, "-w", "out", "-q", "-p", "tcpwinsink", "--runtime", "inproc",
		"--set", "tcpwinsink.to=tcp://"+freeAddress(t), "--set", "tcpwinsink.on_absent=wait", "--set", "tcpwinsink.drain=60")
	r.await(func() bool { return size(r.file("out_tcpwin.txt.part")) >= 0 })
	for !r.ended() {
		r.signal(syscall.SIGINT)
	}
	if code := r.end(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if r.stderr.Len() > 0 {
		t.Errorf("standard error: %s", &r.stderr)
	}
	if size(r.file("out_undelivered.bin")) >= 0 {
		t.Error("out_undelivered.bin is there, although nothing was finished")
	}
}

// process is a running t2host, the first of a process group as a shell starts it.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	input          *os.File // writing end of its standard input
	stdout, stderr bytes.Buffer
	done           chan struct{} // closed at its end
	err            error         // how it ended
}

func begin(t *testing.T, program string, args ...string) *process {
	t.Helper()
	r := &process{t: t, cmd: exec.Command(program, args...), done: make(chan struct{})}
	r.cmd.Dir = t.TempDir()
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Env = env
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Stdin, r.input = input, writer
	err = r.cmd.Start()
	input.Close()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		r.err = r.cmd.Wait()
		close(r.done)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		<-r.done
		writer.Close()
	})
	return r
}

func (r *process) file(name string) string { return filepath.Join(r.cmd.Dir, name) }

// signal signals the whole group.
func (r *process) signal(s syscall.Signal) { _ = syscall.Kill(-r.cmd.Process.Pid, s) }

func (r *process) ended() bool {
	select {
	case <-r.done:
		return true
	case <-time.After(20 * time.Millisecond):
		return false
	}
}

// await waits until something is so.
func (r *process) await(so func() bool) {
	r.t.Helper()
	for late := time.Now().Add(time.Minute); !so(); {
		if r.ended() {
			r.t.Fatalf("the run has ended: %v\n%s%s", r.err, &r.stdout, &r.stderr)
		}
		if time.Now().After(late) {
			r.t.Fatal("the run does not get there")
		}
	}
}

// end waits for the end and returns the exit code.
func (r *process) end() int {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(time.Minute):
		r.t.Fatal("the run does not end")
	}
	var exit *exec.ExitError
	if errors.As(r.err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// size is that of a file, -1 where there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}
