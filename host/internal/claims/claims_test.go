package claims

import (
	"os"
	"strings"
	"testing"
)

func TestLock(t *testing.T) {
	for _, c := range []struct {
		name  string
		claim func(t *testing.T, c *Claims)
		want  string // part of the error
	}{
		{"nothing", func(*testing.T, *Claims) {}, ""},
		{"two files", func(_ *testing.T, c *Claims) {
			c.WritePath(Output{What: "a", Prefixed: true, Names: Exactly("x_a")}, "x_a")
			c.Write(Output{What: "b", Prefixed: true, Names: []Names{Numbered("x_b", ".gz", 0)}})
		}, ""},
		{"one name", func(_ *testing.T, c *Claims) {
			c.WritePath(Output{What: "a", Cure: "set a", Names: Exactly("x_a")}, "x_a")
			c.WritePath(Output{What: "b", Names: Exactly("./x_a")}, "./x_a")
		}, "a and b both lead to ./x_a: set a"},
		{"the lock", func(_ *testing.T, c *Claims) {
			c.WritePath(Output{What: "a", Prefixed: true, Names: Exactly("x_a")}, "x_a")
			c.WritePath(Output{What: "b", Names: Exactly(".x.lock")}, ".x.lock")
		}, "b and the lock of the run both lead to .x.lock: choose another prefix with -w"},
		{"an input through a link", func(t *testing.T, c *Claims) {
			write(t, "in")
			if err := os.Symlink("in", "out"); err != nil {
				t.Skip(err)
			}
			c.Read("the capture", "in")
			c.WritePath(Output{What: "a", Cure: "set a", Names: Exactly("out")}, "out")
		}, "a leads to out, which is the capture in that is read: set a"},
		{"an input with the prefix", func(t *testing.T, c *Claims) {
			write(t, "x_a")
			c.Read("the capture", "x_a")
			c.WritePath(Output{What: "a", Prefixed: true, Cure: "set a", Names: Exactly("x_a")}, "x_a")
		}, "which is the capture x_a that is read: choose another prefix with -w"},
		{"standard output is an input", func(t *testing.T, c *Claims) {
			f := write(t, "in")
			c.ReadStream("the capture at standard input", f)
			c.WriteStream("standard output", f)
		}, "standard output is the capture at standard input that is read: redirect it to another file"},
		{"standard output is an output", func(t *testing.T, c *Claims) {
			f := write(t, "x_a")
			c.WritePath(Output{What: "a", Prefixed: true, Names: Exactly("x_a")}, "x_a")
			c.WriteStream("standard output", f)
		}, "a and standard output both lead to x_a: redirect it to another file"},
		{"a folder", func(t *testing.T, c *Claims) {
			if err := os.Mkdir("x_a", 0o755); err != nil {
				t.Fatal(err)
			}
			c.WritePath(Output{What: "a", Names: Exactly("x_a")}, "x_a")
		}, "a: open x_a: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var all Claims
			c.claim(t, &all)
			unlock, err := all.Lock("x")
			if err == nil {
				unlock()
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestLockedByAnother(t *testing.T) {
	t.Chdir(t.TempDir())
	var a, b Claims
	for _, c := range []*Claims{&a, &b} {
		c.Write(Output{What: "a", Prefixed: true, Names: Exactly("x_a")})
	}
	unlock, err := a.Lock("x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Lock("x"); err == nil || !strings.HasPrefix(err.Error(), "another run writes the files that begin with x: ") {
		t.Errorf("error %v", err)
	}
	unlock()
	unlock, err = b.Lock("x")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func write(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
