package wasm

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// load compiles a guest with a cache, and returns what the user is told.
func load(t *testing.T, cacheDir string, code []byte) (notes, warnings []string) {
	t.Helper()
	e := New(Config{
		CacheDir: cacheDir,
		Note:     func(line string) { notes = append(notes, line) }, Warn: func(line string) { warnings = append(warnings, line) },
	})
	m, err := e.Module(t.Context(), "dir/guest.wasm", code)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Connect(64<<20, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Describe(); err != nil {
		t.Error(err)
	}
	p.Release(false)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	return notes, warnings
}

// large is a guest that takes a while to compile, as far as its size tells: it has
// a segment of data that is never used.
func large(t *testing.T) []byte {
	t.Helper()
	text := head
	r := reader{b: read(t, "hostile/good")[len(head):]}
	for len(r.b) > 0 {
		id, content := r.byte(), r.name()
		if id == 11 {
			data := reader{b: []byte(content)}
			n := data.u32()
			content = number(int(n)+1) + string(data.b) + "\x01" + number(quick) + strings.Repeat("\x00", quick)
		}
		text += section(id, content)
	}
	return []byte(text)
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestACacheThatCannotBeUsed is a warning, and the next run has a good one.
func TestACacheThatCannotBeUsed(t *testing.T) {
	code := read(t, "hostile/good")
	for _, c := range []struct {
		name, want string
		breaks     func(path string, data []byte) error
	}{
		{"empty", "EOF", func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) }},
		{"cut", "EOF", func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)/2], 0o600) }},
		{"changed", "checksum mismatch", func(path string, data []byte) error {
			data[len(data)/2] ^= 1
			return os.WriteFile(path, data, 0o600)
		}},
		{"something else", "invalid magic number", func(path string, data []byte) error {
			return os.WriteFile(path, bytes.Repeat([]byte("x"), len(data)), 0o600)
		}},
		{"a folder", "is a directory", func(path string, _ []byte) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Mkdir(path, 0o700)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, warnings := load(t, dir, code); len(warnings) > 0 {
				t.Fatal(warnings)
			}
			kept := entries(t, dir)
			if len(kept) != 1 {
				t.Fatalf("kept: %v", kept)
			}
			data, err := os.ReadFile(kept[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := c.breaks(kept[0], data); err != nil {
				t.Fatal(err)
			}
			_, warnings := load(t, dir, code)
			if text := strings.Join(warnings, "\n"); !strings.HasPrefix(text, "cache of compiled plugins: ") || !strings.Contains(text, c.want) ||
				!strings.HasSuffix(text, ": guest.wasm is compiled anew") || len(warnings) != 1 {
				t.Errorf("warnings %q, want one with %s", warnings, c.want)
			}
			for range 2 {
				if _, warnings := load(t, dir, code); len(warnings) > 0 {
					t.Errorf("afterwards: %q", warnings)
				}
			}
			if now := entries(t, dir); len(now) != 1 {
				t.Errorf("kept afterwards: %v", now)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, warnings := load(t, filepath.Join(file, "cache"), code); len(warnings) != 1 || !strings.Contains(warnings[0], "not a directory") {
		t.Errorf("no place for a cache: %q", warnings)
	}
}

// TestCompilingIsSaid: when the user has to wait, and only then.
func TestCompilingIsSaid(t *testing.T) {
	dir := t.TempDir()
	small, long := read(t, "hostile/good"), large(t)
	for _, c := range []struct {
		name, dir string
		code      []byte
		want      string
	}{
		{"small", dir, small, "[]"},
		{"first", dir, long, "[compiling guest.wasm for the sandbox, once: takes about a second]"},
		{"second", dir, long, "[]"},
		{"no cache", "", long, "[compiling guest.wasm for the sandbox: takes about a second]"},
	} {
		if notes, warnings := load(t, c.dir, c.code); fmt.Sprint(notes) != c.want || len(warnings) > 0 {
			t.Errorf("%s: %q %q, want %s", c.name, notes, warnings, c.want)
		}
	}
}

// TestTheCacheIsBounded: what was not used for longest makes room.
func TestTheCacheIsBounded(t *testing.T) {
	dir := t.TempDir()
	old := cacheOf(dir, sha256.Sum256([]byte("old")))
	for n := range maxCached {
		c := cacheOf(dir, sha256.Sum256([]byte{byte(n)}))
		if n == 0 {
			c = old
		}
		if err := os.MkdirAll(string(c), 0o700); err != nil {
			t.Fatal(err)
		}
		used := time.Unix(int64(1000+n), 0)
		if err := os.Chtimes(string(c), used, used); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(dir, "other")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	load(t, dir, read(t, "hostile/good"))
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != maxCached+1 {
		t.Errorf("%d kept: %v", len(list), err)
	}
	for path, want := range map[string]bool{string(old): false, other: true, string(cacheOf(dir, sha256.Sum256([]byte{1}))): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
	}
}

// TestAWorkersCacheIsItsOwn: the host makes it and tidies beside it, and never reads it.
func TestAWorkersCacheIsItsOwn(t *testing.T) {
	dir := t.TempDir()
	code, long := read(t, "hostile/good"), large(t)
	own, workers := filepath.Join(dir, "wasm"), filepath.Join(dir, "worker")
	var notes []string
	e := New(Config{CacheDir: own, WorkerDir: workers, Note: func(line string) { notes = append(notes, line) }})
	defer e.Close()
	folder, other := e.Worker("good.wasm", code), e.Worker("large.wasm", long)
	if filepath.Dir(folder) != workers || filepath.Dir(other) != workers || folder == other {
		t.Fatalf("folders %s and %s, want two in %s", folder, other, workers)
	}
	e.Worker("large.wasm", long)
	if want := "[compiling large.wasm for the sandbox, once: takes about a second]"; fmt.Sprint(notes) != want {
		t.Errorf("notes %q, want %s", notes, want)
	}
	if _, warnings := load(t, folder, code); len(warnings) > 0 { // as the worker does
		t.Fatal(warnings)
	}
	kept := entries(t, folder)
	if len(kept) != 1 || len(entries(t, own)) != 0 {
		t.Fatalf("a worker keeps %v, the host %v", kept, entries(t, own))
	}
	if err := os.WriteFile(kept[0], []byte("poison"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, warnings := load(t, own, code); len(warnings) > 0 {
		t.Errorf("the host has read what a worker wrote: %q", warnings)
	}
	if data, err := os.ReadFile(kept[0]); string(data) != "poison" {
		t.Errorf("the host has touched what a worker wrote: %q %v", data, err)
	}
	if _, warnings := load(t, folder, code); len(warnings) != 1 {
		t.Errorf("the worker has not read its own: %q", warnings)
	}
	if err := os.Chtimes(folder, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	for n := range maxCached {
		e.Worker("x", []byte{byte(n)})
	}
	if list, err := os.ReadDir(workers); err != nil || len(list) != maxCached {
		t.Errorf("%d folders of workers: %v", len(list), err)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder that was not used for longest is still there")
	}
}
