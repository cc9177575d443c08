//go:build linux

package confine_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/t2host/t2host/host/confine"
)

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
