package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/testdata/built"
)

// TestNoExecutableMemory: where memory cannot be made executable, as with MemoryDenyWriteExecute of systemd, a sandboxed plugin is refused with
// the cure, and the cure works.
func TestNoExecutableMemory(t *testing.T) {
	const variable = "T2HOST_TEST_DENIED"
	if args := os.Getenv(variable); args != "" { // this program again: it becomes t2host
		if unix.Prctl(unix.PR_SET_MDWE, unix.PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != nil {
			os.Exit(77)
		}
		list := strings.Split(args, "\n")
		t.Fatal(syscall.Exec(list[0], list, os.Environ()))
	}
	dir := t.TempDir()
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for runtime, want := range map[string]string{
		"wasm":    "t2host: plugin tcpwin: open: this process may not make memory executable, which a sandbox needs (MemoryDenyWriteExecute of systemd forbids it): use --runtime process, or leave that out of the unit\n",
		"process": "\ntcpwin    host ",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoExecutableMemory$")
		args := []string{mustBuild(t, built.Program), "-r", capture, "-p", "tcpwin", "--runtime", runtime, "-w", dir + "/"}
		cmd.Env = append(os.Environ(), variable+"="+strings.Join(args, "\n"), "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() == 77 {
			skip(t, "this kernel does not know PR_SET_MDWE")
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", runtime, err, out)
		}
	}
}
