package settings

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEdit(t *testing.T) {
	set := func(group, key, literal string) Change { return Change{group, key, literal} }
	for _, c := range []struct {
		name, file string
		change     Change
		want       string // "" for a file that cannot be edited automatically
	}{
		{"no file", "", set("tcpwin", "n", "1"), "[tcpwin]\nn = 1\n"},
		{"value only", "[tcpwin]\n  n=  5 # five\n", set("tcpwin", "n", "1"), "[tcpwin]\n  n=  1 # five\n"},
		{"letters of other kinds", "[TCPwin]\nN = 5", set("tcpWin", "n", "1"), "[TCPwin]\nN = 1"},
		{"dotted", "tcpwin.n = 5\n", set("tcpwin", "n", "1"), "tcpwin.n = 1\n"},
		{"quoted", "[ \"tcpwin\" ]\n'n' = \"=\"\n", set("tcpwin", "n", "1"), "[ \"tcpwin\" ]\n'n' = 1\n"},
		{"after the group", "[tcpwin]\na = 1\n\n[b]\nc = 2", set("tcpwin", "n", "1"), "[tcpwin]\na = 1\nn = 1\n\n[b]\nc = 2"},
		{"no last newline", "[tcpwin]\na = 1", set("tcpwin", "n", "1"), "[tcpwin]\na = 1\nn = 1\n"},
		{"new group", "[b]\nc = 2", set("tcpwin", "n", "1"), "[b]\nc = 2\n\n[tcpwin]\nn = 1\n"},
		{"after its comment", "[tcpwin]\n# n = 5\n# m = 6\n", set("tcpwin", "n", "1"), "[tcpwin]\n# n = 5\nn = 1\n# m = 6\n"},
		{"comment of another", "[b]\n# n = 5\n", set("tcpwin", "n", "1"), "[b]\n# n = 5\n\n[tcpwin]\nn = 1\n"},
		{"CRLF", "[tcpwin]\r\na = 1\r\n", set("tcpwin", "n", "1"), "[tcpwin]\r\na = 1\r\nn = 1\r\n"},
		{"lines in lines", "[tcpwin]\nn = \"\"\"\n[b]\nn = 3\n\"\"\"\n", set("tcpwin", "n", "1"), "[tcpwin]\nn = 1\n"},
		{"alone", "# head\n\n# of b\n[b]\nc = 2\n", set("", "plugins", `["x"]`), "# head\n\nplugins = [\"x\"]\n# of b\n[b]\nc = 2\n"},
		{"alone, there", "plugins = [\n  \"a\", # why\n]\n[b]\n", set("", "plugins", `["x"]`), "plugins = [\"x\"]\n[b]\n"},
		{"inline", "tcpwin = {a = 1}\n", set("tcpwin", "n", "1"), ""},
		{"removed", "[tcpwin]\na = 1\nn = 5\nb = 2\n", set("tcpwin", "n", ""), "[tcpwin]\na = 1\nb = 2\n"},
		{"removed before a comment", "[tcpwin]\nn = 5   # five\n", set("tcpwin", "n", ""), "[tcpwin]\n# five\n"},
		{"removed, lines", "[tcpwin]\nn = '''\n1\n'''\nb = 2", set("tcpwin", "n", ""), "[tcpwin]\nb = 2"},
	} {
		got, err := Edit([]byte(c.file), []Change{c.change})
		if err != nil && c.want != "" {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestTemplate checks that without the # before each default it sets the same values.
func TestTemplate(t *testing.T) {
	list := new(Values).List(groups())
	text, err := Template(list)
	if err != nil {
		t.Fatal(err)
	}
	on := strings.NewReplacer("\n# plugins = ", "\nplugins = ", "\n# threshold = ", "\nthreshold = ", "\n# on = ", "\non = ", "\n# to = ", "\nto = ", "\n# suffix = ", "\nsuffix = ").Replace(string(text))
	path := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(path, []byte(on), 0o644); err != nil {
		t.Fatal(err)
	}
	v, err := Load(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range v.List(groups()) {
		if l.Source != File || l.Text != list[i].Text {
			t.Errorf("%s = %s from %s, want %s from the file", l.Key(), l.Text, l.Source, list[i].Text)
		}
	}
}

// FuzzEdit: whatever is in a file, an edit changes one value or is refused, and no
// comment is lost.
func FuzzEdit(f *testing.F) {
	for _, file := range []string{"", "[tcpwin]\nn = 1 # c\n", "tcpwin.n = 1", "[\"tcpwin\"]\r\n# n = 2\r\n'm' = '''\nx'''", "plugins = [ # c\n]\n[[a]]\nb.c = {d = 1}\n"} {
		f.Add([]byte(file), "tcpwin", true)
		f.Add([]byte(file), "", false)
	}
	f.Fuzz(func(t *testing.T, file []byte, group string, put bool) {
		if group != "" {
			group = "tcpwin"
		}
		c := Change{Group: group, Key: "n"}
		if put {
			c.Literal = "1"
		}
		fresh, err := Edit(bytes.Clone(file), []Change{c})
		if err != nil {
			return
		}
		before, _ := flatten(file)
		after, err := flatten(fresh)
		if err != nil || !changed(before, after, c) {
			t.Fatalf("%q became %q: %v", file, fresh, err)
		}
		if c.Literal == "" && Holds(fresh, c) {
			t.Fatalf("%q still holds it", fresh)
		}
	})
}
