package plugin

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRequest(t *testing.T) {
	const none = " is none of wasm, worker, process and inproc"
	for word, want := range map[string]struct {
		Request
		err string
	}{
		"tcpwin":                {Request: Request{Name: "tcpwin"}},
		" tcpWin:worker ":       {Request: Request{Name: "tcpWin", Runtime: Worker}},
		"950_tcpWinSink.so":     {Request: Request{Name: "tcpWinSink"}},
		"950_tcpWinSink:inproc": {Request: Request{Name: "tcpWinSink", Runtime: Inproc}},
		"./x":                   {Request: Request{Path: "./x"}},
		"./x:process":           {Request: Request{Path: "./x", Runtime: Process}},
		"./x:y":                 {Request: Request{Path: "./x:y"}},
		`C:\x.exe`:              {Request: Request{Path: `C:\x.exe`}},
		"x.wasm":                {Request: Request{Path: "x.wasm"}},
		"x.wasm:worker":         {Request: Request{Path: "x.wasm", Runtime: Worker}},
		"tcpwin:native":         {err: `plugin tcpwin: runtime "native"` + none},
		"tcpwin:":               {err: `plugin tcpwin: runtime ""` + none},
		"tcpwin:wasm:process":   {err: `plugin tcpwin: runtime "wasm:process"` + none},
		"":                      {err: `plugin "" has no name: -p expects names, separated by commas`},
		":wasm":                 {err: `plugin ":wasm" has no name: -p expects names, separated by commas`},
	} {
		got, err := ParseRequest(word)
		if diff := cmp.Diff(want.Request, got); diff != "" || errorText(err) != want.err {
			t.Errorf("%q: error %v, want %q (-want +got):\n%s", word, err, want.err, diff)
		}
	}
}

// describing is a carrier that knows what each file holds.
type describing struct {
	Carrier
	holds map[string]string // by the file's name: lines as catalogue reads them
}

func (k describing) Describe(path string) ([]*Artefact, error) {
	var list []*Artefact
	for _, p := range catalogue(k.holds[filepath.Base(path)]) {
		list = append(list, &Artefact{Plugin: p, From: path})
	}
	return list, nil
}

// TestDescribe: what a path holds comes before what was found, and in place of the same name.
func TestDescribe(t *testing.T) {
	k := describing{CompiledIn(CarrierConfig{}), map[string]string{
		"one.wasm": "100 one 2.0.0", "two.wasm": "200 second 1.0.0\n100 first 1.0.0", "other.wasm": "100 ONE 3.0.0",
	}}
	dir := t.TempDir()
	for _, name := range []string{"one.wasm", "two.wasm", "other.wasm"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("\x00asm"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, words, want string }{
		{"only names", "tcpWin,one:worker", "tcpWin one:worker | one 1.0.0, tcpWin 1.0.0"},
		{"a path", "DIR/one.wasm", "one | one 2.0.0 replaces 1.0.0, tcpWin 1.0.0"},
		{"its runtime", "tcpWin,DIR/one.wasm:worker", "tcpWin one:worker | one 2.0.0 replaces 1.0.0, tcpWin 1.0.0"},
		{"all that a path holds", "DIR/two.wasm:wasm", "second:wasm first:wasm | second 1.0.0, first 1.0.0, one 1.0.0, tcpWin 1.0.0"},
		{"one name in two paths", "DIR/one.wasm,DIR/other.wasm", "error: plugin ONE is named twice: DIR/one.wasm and DIR/other.wasm both hold it"},
		{"one path twice", "DIR/one.wasm,DIR/one.wasm", "error: plugin one is named twice: DIR/one.wasm and DIR/one.wasm both hold it"},
		{"nothing at a path", "DIR/none.wasm", "error: plugin DIR/none.wasm: no such file: correct the path, or build it (t2host build DIR)"},
	} {
		requests, err := ParseRequests(strings.Split(strings.ReplaceAll(c.words, "DIR", dir), ","))
		if err != nil {
			t.Fatal(err)
		}
		list, named, err := Describe(k, BuiltIn(catalogue("100 one 1.0.0\n150 tcpWin 1.0.0")...), requests)
		var loads, known []string
		for _, q := range named {
			loads = append(loads, strings.TrimSuffix(q.Name+":"+string(q.Runtime), ":"))
		}
		for _, a := range list {
			text := a.Name + " " + a.Version
			if a.Replaces != nil {
				text += " replaces " + a.Replaces.Version
			}
			known = append(known, text)
		}
		got := strings.Join(loads, " ") + " | " + strings.Join(known, ", ")
		if err != nil {
			got = "error: " + strings.ReplaceAll(err.Error(), dir, "DIR")
		}
		if got = filepath.ToSlash(got); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestCheckPath: what cannot be a plugin is told before anything runs.
func TestCheckPath(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"x.wasm": 0o644, "module": 0o644, "program": 0o755, "plain": 0o644, "text.wasm": 0o644, "empty": 0o755} {
		text := map[string]string{"x.wasm": "\x00asm\x01", "module": "\x00asm\x01", "empty": ""}
		content, ok := text[name]
		if !ok {
			content = "#!"
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	plain := "plugin plain is neither a WebAssembly module nor executable: chmod +x it if it is a program"
	if runtime.GOOS == "windows" {
		plain = ""
	}
	for _, c := range []struct{ path, want string }{
		{"x.wasm", ""},
		{"module", ""},
		{"program", ""},
		{"plain", plain},
		{"text.wasm", "plugin text.wasm is not a WebAssembly module: build it again (t2host build DIR)"},
		{"empty", "plugin empty is an empty file: build it again (t2host build DIR)"},
		{".", "plugin . is a folder: -P . -p NAME loads a plugin from it"},
		{"none", "plugin none: no such file: correct the path, or build it (t2host build DIR)"},
		{"x.wasm:native", `plugin x.wasm: runtime "native" is none of wasm, worker, process and inproc`},
		{"none:native", "plugin none:native: no such file: correct the path, or build it (t2host build DIR)"},
		{"program/x", "plugin program/x: not a directory"},
	} {
		path := filepath.Join(dir, c.path)
		err := CheckPath(path)
		text := strings.ReplaceAll(strings.ReplaceAll(errorText(err), dir+string(filepath.Separator), ""), dir, ".")
		if text != c.want && (runtime.GOOS != "windows" || c.path != "program/x") {
			t.Errorf("%s: %s, want %s", c.path, text, c.want)
		}
	}
}
