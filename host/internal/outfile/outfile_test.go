package outfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestSpecial(t *testing.T) {
	for path, want := range map[string]bool{
		"/dev/stdout":             true,
		"/dev/fd/3":               true,
		"//dev/./stderr":          true,
		"/proc/self/fd/1":         true,
		"/proc/12/fd/1":           true,
		"/dev/null":               false,
		"/dev/fd/../shm/x":        false,
		"/proc/../tmp/x":          false,
		"/proc/self/cwd/x":        false,
		"/proc/self/root/tmp/x":   false,
		"/dev/stdout/../shm/x":    false,
		"dev/stdout":              false,
		"/home/me/dev/stdout":     false,
		"/proc/self/fd/1/../../x": false,
	} {
		if got := Special(path); got != want {
			t.Errorf("Special(%q) = %v", path, got)
		}
	}
}

// A file is created anew unless another open file holds its lock, which lasts beyond the
// renaming until Close.
func TestCreate(t *testing.T) {
	if !locks {
		t.Skip("no locks here")
	}
	dir := t.TempDir()
	path, named := filepath.Join(dir, "x.part"), filepath.Join(dir, "x")
	f, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, 0o600); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if err := Check(path); !errors.Is(err, ErrBusy) {
		t.Errorf("Check: %v", err)
	}
	if err := f.Rename(named); err != nil {
		t.Fatal(err)
	}
	if err := Check(named); !errors.Is(err, ErrBusy) {
		t.Errorf("Check after the renaming: %v", err)
	}
	if err := f.Close(); !errors.Is(err, os.ErrClosed) { // Rename has closed it
		t.Errorf("Close: %v", err)
	}
	if err := Check(named); err != nil {
		t.Errorf("Check after Close: %v", err)
	}
	f, err = Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	f.Close() // and leaves it
	if f, err = Create(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// Open writes a FIFO as it is.
func TestOpenFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := mkfifo(path); err != nil {
		t.Skip(err)
	}
	r, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the FIFO was replaced: %v", err)
	}
}

func TestLock(t *testing.T) {
	if !locks {
		t.Skip("no locks here")
	}
	path := filepath.Join(t.TempDir(), ".x.lock")
	for range 2 {
		l, err := NewLock(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewLock(path); !errors.Is(err, ErrBusy) {
			t.Errorf("a second one: %v", err)
		}
		l.Unlock()
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after Unlock: %v", err)
		}
	}
	if err := os.WriteFile(path, nil, 0o400); err != nil { // as a process that was killed leaves it
		t.Fatal(err)
	}
	l, err := NewLock(path)
	if err != nil {
		t.Fatal(err)
	}
	l.Unlock()
}

// What a lock's name leads to is neither locked nor removed.
func TestLockInTheWay(t *testing.T) {
	for name, plant := range map[string]func(path, other string) error{
		"text":   func(path, _ string) error { return os.WriteFile(path, []byte("precious"), 0o666) },
		"link":   func(path, other string) error { return os.Symlink(other, path) },
		"folder": func(path, _ string) error { return os.Mkdir(path, 0o777) },
		"FIFO":   func(path, _ string) error { return mkfifo(path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, other := filepath.Join(dir, ".x.lock"), filepath.Join(dir, "other")
			if err := errors.Join(os.WriteFile(other, nil, 0o666), plant(path, other)); err != nil {
				t.Fatal(err)
			}
			if _, err := NewLock(path); !InTheWay(err) {
				t.Errorf("NewLock: %v", err)
			}
			if _, err := os.Lstat(path); err != nil {
				t.Error(err)
			}
		})
	}
	_, err := NewLock(filepath.Join(t.TempDir(), "none", ".x.lock"))
	if InTheWay(err) || !errors.Is(err, syscall.ENOENT) {
		t.Errorf("no folder: %v", err)
	}
}
