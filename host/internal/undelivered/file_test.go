package undelivered

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/outfile"
)

// text returns what a file holds: a line for each outlet that has frames, and its frames.
func text(t testing.TB, r io.Reader) (string, error) {
	t.Helper()
	in, err := NewReader(r)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	var last Outlet
	for {
		o, frame, err := in.Next()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		if o != last {
			b.WriteString(o.Name + " to " + o.Target + ":")
			last = o
		}
		b.WriteString(" " + string(frame))
	}
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := text(t, f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}

// TestFiles: the outlets of a run share a file. Those of earlier runs are kept, and so is what a
// killed run has left of one. A file is locked until its run ends.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("u2.bin.part"), []byte("cut"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"u.bin", "u1.bin", "u3.bin"} {
		run := NewFile(path("u.bin"))
		for _, o := range []Outlet{{Name: "a.b", Target: "tcp://h:1", Named: true}, {Name: "c.d", Target: "unix:///s", Named: false}} {
			got, err := run.Add(o, [][]byte{[]byte("1"), nil, []byte("2" + name)})
			if err != nil || got != path(name) {
				t.Fatalf("Add: %s, %v; want %s", got, err, name)
			}
			if _, err := outfile.Existing(path(name)); !errors.Is(err, outfile.ErrBusy) {
				t.Errorf("%s during its run: %v", name, err)
			}
		}
		run.Close()
		f, err := outfile.Existing(path(name))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		want := "a.b to tcp://h:1: 1  2" + name + "c.d to unix:///s: 1  2" + name
		if diff := cmp.Diff(want, textOf(t, path(name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"u.bin", "u1.bin", "u2.bin.part", "u3.bin"}, names); diff != "" || err != nil {
		t.Errorf("files (-want +got), %v:\n%s", err, diff)
	}
}

// TestAddFails: what the file held before is kept.
func TestAddFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "u.bin")
	run := NewFile(path)
	defer run.Close()
	o := Outlet{Name: "a.b", Target: "tcp://h:1", Named: true}
	if _, err := run.Add(o, [][]byte{[]byte("1")}); err != nil {
		t.Fatal(err)
	}
	if name, err := run.Add(o, [][]byte{make([]byte, MaxFrame+1)}); err == nil || name != path {
		t.Errorf("a frame that is too large: %s, %v", name, err)
	}
	if _, err := os.Stat(path + ".part"); err == nil {
		t.Error("a .part is left")
	}
	if got := textOf(t, path); got != "a.b to tcp://h:1: 1" {
		t.Errorf("the file holds %s", got)
	}
}
