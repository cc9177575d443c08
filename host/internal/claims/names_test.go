package claims

import (
	"os"
	"path/filepath"
	"testing"
)

func TestNamesMatch(t *testing.T) {
	numbered := namesOf("d/x.txt", ".gz", true, 3)
	for base, want := range map[string]bool{
		"x.txt3.gz": true, "x.txt40.gz": true, "x.txt2.gz": false, "x.txt03.gz": false, "x.txt+3.gz": false, "x.txt-3.gz": false,
		"x.txt.gz": false, "x.txt3": false, "x.txt3.gz.part": false, "y3.gz": false, "x.txt99999999999999999999.gz": false,
	} {
		if got := numbered.match(base); got != want {
			t.Errorf("match(%q) = %v", base, got)
		}
	}
}

func TestNamesMeet(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("d", 0o755); err != nil {
		t.Fatal(err)
	}
	num := func(path, end string, first int) Names { return namesOf(path, end, true, first) }
	one := func(path string) Names { return namesOf(path, "", false, 0) }
	for _, c := range []struct {
		a, b Names
		want bool
	}{
		{one("x"), one("./x"), true},
		{one("x"), one("d/../x"), true},
		{one("x"), one(filepath.Join(dir, "x")), true},
		{one("x"), one("d/x"), false},
		{one("none/x"), one("none/../none/x"), true},
		{one("none/x"), one("x"), false},
		{one("x3"), num("d/../x", "", 0), true},
		{one("x3"), num("x", "", 4), false},
		{num("x", ".gz", 0), one("x0.gz"), true},
		{num("x", "", 0), num("x", "", 100), true},
		{num("x", "", 0), num("x1", "", 0), true},
		{num("x", "", 0), num("x0", "", 0), false},
		{num("x", "", 0), num("xy", "", 0), false},
		{num("x", "", 0), num("x", ".gz", 0), false},
		{num("x", ".part", 0), num("x", ".gz.part", 0), false},
	} {
		if got := c.a.meets(&c.b) != ""; got != c.want {
			t.Errorf("%s meets %s: %v", c.a.path(), c.b.path(), got)
		}
		if got := c.b.meets(&c.a) != ""; got != c.want {
			t.Errorf("%s meets %s: %v", c.b.path(), c.a.path(), got)
		}
	}
}
