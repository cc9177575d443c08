//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/testdata/built"
)

// TestRequests: SIGUSR1 is answered by a report of the run so far, SIGUSR2 begins lines, and SIGHUP begins files anew that were moved
// away, while the input goes on. Nothing is lost or twice.
func TestRequests(t *testing.T) {
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // a program that is run under nohup would not hear it
	program := mustBuild(t, built.Program)
	whole := begin(t, program, "-q", "-r", "-", "-w", "whole", "-p", "tcpwin,txtsink", "--runtime", "inproc", "--write-pcap", "kept.pcapng")
	if _, err := whole.input.Write(data); err != nil {
		t.Fatal(err)
	}
	whole.input.Close()
	if code := whole.end(); code != 0 {
		t.Fatalf("exit code %d: %s", code, &whole.stderr)
	}

	for _, runtime := range []string{"inproc", "process"} {
		t.Run(runtime, func(t *testing.T) {
			r := begin(t, program, "-r", "-", "-w", "out", "-m", "-l", "-p", "tcpwin,txtsink", "--runtime", runtime, "--write-pcap", "kept.pcapng")
			write := func(part []byte) {
				if _, err := r.input.Write(part); err != nil {
					t.Fatal(err)
				}
			}
			monitoring := func() string {
				text, _ := os.ReadFile(r.file("out_monitoring.txt.part"))
				return string(text)
			}
			write(data[:200_000]) // flows have ended
			r.await(func() bool { return size(r.file("out_flows.txt.part")) > 500 })
			r.signal(syscall.SIGUSR1)
			r.await(func() bool { return strings.Contains(monitoring(), "tcpwin: packets_below=") })
			r.signal(syscall.SIGUSR2)
			for _, name := range []string{"out_flows.txt.part", "kept.pcapng.part", "out_monitoring.txt.part"} {
				if err := os.Rename(r.file(name), r.file(name+".1")); err != nil {
					t.Fatal(err)
				}
			}
			r.signal(syscall.SIGHUP)
			r.await(func() bool { return size(r.file("out_flows.txt.part")) >= 0 })
			rest := data[200_000:]
			r.await(func() bool { // packet time must go on for a line
				n := min(len(rest), 200)
				write(rest[:n])
				rest = rest[n:]
				return strings.Contains(monitoring(), "USR1MR_A")
			})
			write(rest)
			r.input.Close()
			if code := r.end(); code != 0 {
				t.Fatalf("exit code %d: %s", code, &r.stderr)
			}
			read := func(name string) []byte {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			first, second := read(r.file("out_flows.txt.part.1")), read(r.file("out_flows.txt"))
			head, rows, _ := bytes.Cut(second, []byte("\n"))
			if !bytes.HasPrefix(first, append(head, '\n')) || !bytes.Equal(append(first, rows...), read(whole.file("whole_flows.txt"))) {
				t.Errorf("two parts of %d and %d bytes are not the %d of the whole", len(first), len(second), size(whole.file("whole_flows.txt")))
			}
			if !bytes.Equal(read(r.file("out_tcpwin.txt")), read(whole.file("whole_tcpwin.txt"))) {
				t.Error("the summary differs")
			}
			if report := string(read(r.file("out_monitoring.txt.part.1"))); !strings.Contains(report, "\nUSR1 A type report: ") {
				t.Errorf("the report is %s", report)
			}
			lines := strings.Split(strings.TrimSpace(string(read(r.file("out_monitoring.txt")))), "\n")
			if !strings.HasPrefix(lines[0], "%repType\tsensorID\ttime\t") || len(lines) < 3 || !strings.HasPrefix(lines[len(lines)-1], "USR1MR_A\t666\t1795480142.704791546\t") {
				t.Errorf("the lines are %q", lines)
			}
			if n := frames(t, r.file("kept.pcapng.part.1")) + frames(t, r.file("kept.pcapng")); n != frames(t, whole.file("kept.pcapng")) || n != 2580 {
				t.Errorf("the two parts of the recording have %d frames", n)
			}
		})
	}
}

// frames returns the number of frames of a capture.
func frames(t *testing.T, path string) (n int) {
	t.Helper()
	src, err := capture.Open([]string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var f capture.Frame
		switch err := src.Next(&f); err {
		case nil:
			n++
		case capture.ErrQuiet:
		case io.EOF:
			return n
		default:
			t.Fatal(err)
		}
	}
}

// TestWallClock: lines by the clock on the wall come while the input is silent.
func TestWallClock(t *testing.T) {
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, mustBuild(t, built.Program), "-r", "-", "-w", "out", "-m", "-M", "1", "--set", "monitor.clock=wall", "-p", "tcpwin", "--runtime", "inproc")
	if _, err := r.input.Write(data[:100_000]); err != nil {
		t.Fatal(err)
	}
	r.await(func() bool {
		text, _ := os.ReadFile(r.file("out_monitoring.txt.part"))
		return bytes.Count(text, []byte("\nUSR1MR_A\t")) >= 2
	})
	r.signal(syscall.SIGTERM)
	if code := r.end(); code != 0 {
		t.Errorf("exit code %d: %s", code, &r.stderr)
	}
}
