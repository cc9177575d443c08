//go:build linux && (amd64 || arm64)

package confine_test

import (
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/t2host/t2host/host/confine"
)

// TestLimits: a program has the limits of its policy.
func TestLimits(t *testing.T) {
	const memory = 1 << 30
	program, err := os.Open("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The shell's only argument is its name, so that it reads its commands.
	in, commands, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := commands.WriteString("ulimit -H -c; ulimit -H -n; ulimit -H -f; ulimit -H -d\n"); err != nil {
		t.Fatal(err)
	}
	commands.Close()
	cmd := &exec.Cmd{Args: []string{"sh"}, Stdin: in, Stdout: w}
	if err := (confine.Policy{Memory: memory, FileSize: 4096}).Start(cmd, program); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out, err := io.ReadAll(r)
	if err == nil {
		err = cmd.Wait()
	}
	if got, want := string(out), "0\n512\n8\n1048576\n"; err != nil || got != want {
		t.Errorf("limits of core, descriptors, files, memory: %q %v, want %q", got, err, want)
	}
}

// BenchmarkStart compares a start by the launcher with one without it.
func BenchmarkStart(b *testing.B) {
	const path = "/bin/true"
	b.Run("confined", func(b *testing.B) {
		for b.Loop() {
			program, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			cmd := &exec.Cmd{Args: []string{"true"}}
			if err := (confine.Policy{}).Start(cmd, program); err != nil {
				b.Fatal(err)
			}
			program.Close()
			if err := cmd.Wait(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("free", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command(path).Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
