package target

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"flows.parquet": "stream= format= scheme= address=flows.parquet map[] where=",
		"json:-":        "stream= format= scheme=json address=- map[] where=",
		"-":             "stream= format= scheme= address=- map[] where=",
		"tcpwin.lowWindows=postgres://u@h/db?table=x":      "stream=tcpwin.lowWindows format= scheme=postgres address=//u@h/db map[table:x] where=",
		"flows=json+tcp://[::1]:5555?columns=a,b&queue=1M": "stream=flows format=json scheme=tcp address=//[::1]:5555 map[columns:a,b queue:1M] where=",
		"./a=b.csv":                             "stream= format= scheme= address=./a=b.csv map[] where=",
		"a=./a=b.csv":                           "stream=a format= scheme= address=./a=b.csv map[] where=",
		"x.csv?where=a == 'b?c&d=e' and not x":  "stream= format= scheme= address=x.csv map[] where=a == 'b?c&d=e' and not x",
		"x.csv?columns=a&where=text == \"%41\"": "stream= format= scheme= address=x.csv map[columns:a] where=text == \"%41\"",
		"x.csv?a=%26%3f+":                       "stream= format= scheme= address=x.csv map[a:&?+] where=",
		"http://h/p?q=1":                        "stream= format= scheme=http address=//h/p map[q:1] where=",
		"C:x":                                   "stream= format= scheme= address=C:x map[] where=",
	} {
		w, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := fmt.Sprintf("stream=%s format=%s scheme=%s address=%s %v where=%s", w.Stream, w.Format, w.Scheme, w.Address, w.Options, w.Where); got != want {
			t.Errorf("%s: got\n%s, want\n%s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"":              `target "": has no address or path`,
		"=x":            "has no stream before =",
		"flows=":        "has no address or path",
		"x.csv?a":       `option "a": want NAME=VALUE`,
		"x.csv?a=%g":    "option a: invalid URL escape",
		"x.csv?a=1&a=2": "option a is given twice",
		"x.csv?where= ": "where= has no condition",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestShown(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://u:secret@h/db":          "postgres://u:***@h/db",
		"flows=https://u:a:b@c@h:1/p?x=a@b": "flows=https://u:***@h:1/p?x=a@b",
		"tcp://h:1":                         "tcp://h:1",
		"x.csv":                             "x.csv",
		"http://u@h":                        "http://u@h",
	} {
		if got := Shown(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestEnding(t *testing.T) {
	for path, want := range map[string][2]string{
		"a/flows.csv.zst": {"csv", "zst"}, "x.jsonl.gz": {"jsonl", "gz"}, "x.csv": {"csv", ""}, "x": {"", ""}, "a.b/x": {"", ""}, "x.gz": {"", "gz"}, ".csv": {"csv", ""},
	} {
		if format, packed := ending(path); format != want[0] || packed != want[1] {
			t.Errorf("%s: %q, %q", path, format, packed)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"flows.csv.zst?where=a", "s=json+tcp://h:1?a=b&c=%41", "postgres://u:p@h/db?table=t", "-", "=?:/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := Parse(text)
		if err != nil {
			return
		}
		if w.Address == "" || strings.ContainsAny(w.Stream, "?:/=") || !strings.HasSuffix(text, w.Where) {
			t.Errorf("%q is read as %+v", text, w)
		}
		if shown := Shown(text); len(shown) > len(text)+3 || slices.Contains(strings.Split(shown, ":"), "") && text == "" {
			t.Errorf("%q is shown as %q", text, shown)
		}
	})
}
