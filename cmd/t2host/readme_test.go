package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestREADMECommands runs the console lines of the README, in their order, on a
// capture of ours.
func TestREADMECommands(t *testing.T) {
	bin := built(t, fullProgram)
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := copyFile(filepath.Join(dir, "FILE.pcap"), "../../testdata/windows.pcap", 0o644); err != nil {
		t.Fatal(err)
	}
	commands := consoleLines(string(text))
	if len(commands) == 0 {
		t.Fatal("no console lines")
	}
	port := freeAddress(t)
	for _, line := range commands {
		line = strings.ReplaceAll(line, "127.0.0.1:5555", port)
		name, args, _ := strings.Cut(line, " ")
		switch name {
		case "make":
			if !strings.Contains(string(makefile), "\n"+args+":") {
				t.Errorf("%s: no such target", line)
			}
		case "t2host", "bin/t2host":
			runLine(t, dir, bin, strings.Fields(args), port)
		default:
			t.Errorf("%s: not a command of ours", line)
		}
	}
}

// TestREADMEShowsWhatIsPrinted: what the README shows of reports and end report is
// what `make run` prints, in UTC.
func TestREADMEShowsWhatIsPrinted(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	bin := built(t, fullProgram)
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-r", "../../testdata/windows.pcap", "-w", filepath.Join(t.TempDir(), "out"), "-p", "tcpwinsink", "--set", "tcpwinsink.to=-")
	cmd.Env, cmd.Stdout, cmd.Stderr = append(env, "TZ=UTC"), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(stdout.String(), "\x00")
	printed := stdout.String() + stderr.String() + fmt.Sprintf("--- end of report 1 (%d bytes) ---\n", len(first)+1)
	shown := 0
	for _, block := range regexp.MustCompile("(?s)```text\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for line := range strings.Lines(block[1]) {
			if shown++; !strings.Contains(printed, line) {
				t.Errorf("the README shows %q, which is not printed", line)
			}
		}
	}
	if shown < 8 {
		t.Errorf("only %d lines of output in the README", shown)
	}
}

func consoleLines(text string) []string {
	var lines []string
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			if cmd, ok := strings.CutPrefix(line, "$ "); ok {
				cmd, _, _ = strings.Cut(cmd, " #")
				lines = append(lines, strings.TrimSpace(cmd))
			}
		}
	}
	return lines
}

// runLine runs one line; a receiver goes on in the background. A sink that goes
// to the default target is sent to the receiver's port.
func runLine(t *testing.T, dir, bin string, args []string, port string) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	cmd.Dir = dir
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(env, "T2HOST_TCPWINSINK__TO=tcp://"+port)
	if args[0] != "receive" {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("t2host %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	awaitReceiver(t, port)
}
