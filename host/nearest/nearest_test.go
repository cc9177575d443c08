package nearest

import "testing"

func TestOf(t *testing.T) {
	known := []string{"tcpWin", "tcpWinSink", "receive", "threshold"}
	for word, want := range map[string]string{
		"tcpwin": "tcpWin", "tcpwim": "tcpWin", "recieve": "receive", "recv": "", "treshold": "threshold",
		"tcpwinsnk": "tcpWinSink", "": "", "x": "", "newplugin": "",
	} {
		if got := Of(word, known); got != want {
			t.Errorf("nearest of %q is %q, want %q", word, got, want)
		}
	}
}
