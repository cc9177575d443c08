package plugin

import (
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
		text := ""
		if err != nil {
			text = err.Error()
		}
		if diff := cmp.Diff(want.Request, got); diff != "" || text != want.err {
			t.Errorf("%q: error %q, want %q (-want +got):\n%s", word, text, want.err, diff)
		}
	}
}
