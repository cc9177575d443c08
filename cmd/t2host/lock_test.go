//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/t2host/t2host/testdata/built"
)

// TestTwoRuns: what one run writes no other one writes, from before its first packet
// until its end, also if that is a kill.
func TestTwoRuns(t *testing.T) {
	program := mustBuild(t, built.Program)
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, program, "-r", "-", "-w", "out", "-l", "-p", "tcpwin,tcpwinsink", "--runtime", "inproc", "--set", "tcpwinsink.to=file:sink.bin")
	dir := r.cmd.Dir
	second := func(code int, want string, args ...string) {
		t.Helper()
		var stderr bytes.Buffer
		cmd := exec.Command(program, append([]string{"-r", capture, "-p", "tcpwin", "--runtime", "inproc"}, args...)...)
		cmd.Dir, cmd.Env, cmd.Stderr = dir, r.cmd.Env, &stderr
		_ = cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != code || strings.TrimSpace(stderr.String()) != want {
			t.Errorf("%s: exit code %d, want %d; standard error:\n%swant:\n%s", args, got, code, &stderr, want)
		}
	}
	const refused = "t2host: another run writes the files that begin with out: wait for its end, or choose another prefix with -w"
	r.await(func() bool { return size(r.file(".out.lock")) >= 0 })
	second(2, refused, "-w", "out")
	if _, err := r.input.Write(data); err != nil { // and no end of it
		t.Fatal(err)
	}
	r.await(func() bool { return size(r.file("sink.bin.part")) > 0 })
	if err := os.Symlink(dir, r.file("link")); err != nil {
		t.Fatal(err)
	}
	second(2, refused, "-w", "out")
	second(2, strings.Replace(refused, "with out", "with link/out", 1), "-w", "link/out")
	second(2, "t2host: outlet tcpwinsink.reports: open sink.bin.part: another run is writing it: wait for its end, or choose another file",
		"-w", "other", "-p", "tcpwinsink", "--set", "tcpwinsink.to=file:sink.bin")
	second(2, "t2host: outlet tcpwin.summary: open out_log.txt.part: another run is writing it: wait for its end, or choose another file",
		"-w", "ou", "--set", "tcpwin.suffix=t_log.txt")
	second(2, "t2host: --record tcpwin: open out_tcpwin.txt.part: another run is writing it: wait for its end, or choose another file",
		"-w", "other", "--record", "tcpwin=out_tcpwin.txt.part")
	second(0, "", "-w", "other")

	r.signal(syscall.SIGINT)
	if code := r.end(); code != 0 {
		t.Errorf("exit code %d; standard error:\n%s", code, &r.stderr)
	}
	if reports, err := os.ReadFile(r.file("sink.bin")); err != nil || !bytes.HasSuffix(reports, []byte{0}) {
		t.Errorf("%d bytes of reports, %v", len(reports), err)
	}
	if size(r.file(".out.lock")) >= 0 {
		t.Error("the lock's file is left")
	}
	second(0, "", "-w", "out")

	killed := begin(t, program, "-r", "-", "-w", "out", "-p", "tcpwin", "--runtime", "inproc")
	killed.await(func() bool { return size(killed.file(".out.lock")) >= 0 })
	killed.signal(syscall.SIGKILL)
	killed.end()
	if size(killed.file(".out.lock")) < 0 {
		t.Error("no file of the lock is left: this test is to show that it does not matter")
	}
	dir = killed.cmd.Dir
	second(0, "", "-w", "out")
	if left, _ := filepath.Glob(killed.file(".out*")); len(left) > 0 {
		t.Errorf("left: %s", left)
	}
}
