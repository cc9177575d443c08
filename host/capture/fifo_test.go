//go:build unix

package capture

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A FIFO is a stream though it has a path; what Open looked at is not lost.
func TestFIFO(t *testing.T) {
	classic, _ := small()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		skip(t, "no FIFO: "+err.Error())
	}
	written := make(chan error)
	go func() { written <- os.WriteFile(path, classic, 0) }()
	s, err := Open([]string{path, write(t, classic)[0]}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n := len(drain(t, s)); n != 6 || !s.Live() || len(s.Damage()) > 0 {
		t.Errorf("%d frames, want 6; live %v, damage %v", n, s.Live(), s.Damage())
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}
