//go:build unix

package outlet

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestFIFO(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	_, err := Open(context.Background(), Config{Name: "o", Target: to("file:" + path)})
	wantErr(t, err, "outlet o: open "+path+": nobody reads it: start `cat "+path+"` in another terminal")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := Open(ctx, Config{Name: "o", Target: to("file:" + path), Wait: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	got := make(chan string)
	go func() { b, _ := os.ReadFile(path); got <- string(b) }()
	o := open(t, Config{Target: to("file:" + path), Wait: true})
	send(t, o, 0, 5, 100)
	if _, err := closes(t, o, 5); err != nil {
		t.Error(err)
	}
	consecutive(t, numbers(t, split([]byte(<-got)), 100), 5)
	if fi, _ := os.Lstat(path); fi.Mode()&os.ModeNamedPipe == 0 {
		t.Error("the FIFO was replaced")
	}

	r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // and never reads
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	o = open(t, Config{Target: to("file:" + path), Drain: 50 * time.Millisecond})
	send(t, o, 0, 60, 1000) // fits the buffer
	if err := flush(o); err != nil {
		t.Fatal(err)
	}
	send(t, o, 60, 120, 1000)
	if _, err := o.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a FIFO that nobody reads: %v", err)
	}
}
