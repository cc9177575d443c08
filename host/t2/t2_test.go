package t2

import (
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	for line, want := range map[string]string{
		"":                       "",
		"-r x.pcap":              "",
		"conf tcpwin":            "",
		"tranalyzer -r x.pcap":   "tranalyzer is T2's; here: t2host -r x.pcap",
		"t2conf tcpWin -D A=1":   "t2conf is T2's; here: t2host conf tcpWin -D A=1",
		"nc -l 127.0.0.1 -p 555": "nc is T2's; here: t2host receive tcp://127.0.0.1:5555",
	} {
		if got := Command(strings.Fields(line)); got != want {
			t.Errorf("Command(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestHere(t *testing.T) {
	for _, c := range []struct{ tool, option, want string }{
		{"t2", "-r", ""}, // accepted
		{"t2", "-Z", ""}, // unknown
		{"t2conf", "-i", ""},
		{"t2", "-f", "-f is T2's; here: --set flow.max_flows=N, live flows instead of a factor"},
		{"t2", "--hash-factor", "--hash-factor is T2's; here: --set flow.max_flows=N, live flows instead of a factor"},
		{"t2", "-F", ""},
		{"t2plugin", "--rust", "--rust is T2's; here: the ABI: any language that compiles to WebAssembly, or speaks gRPC"},
	} {
		got := Here(c.tool, c.option)
		if got != "" {
			got = Answer(c.option, got)
		}
		if got != c.want {
			t.Errorf("Here(%s, %s) = %q, want %q", c.tool, c.option, got, c.want)
		}
	}
}

func TestConstantNamed(t *testing.T) {
	for name, want := range map[string]string{"TCPWIN_THRES": "tcpwin.threshold", "tws_tmintvl": "tcpwinsink.interval", "TCPWIN_FLWPRG": "tcpwin.abort_after", "threshold": "unknown", "": "unknown"} {
		got := "unknown"
		if c := ConstantNamed(name); c != nil {
			got = c.Setting
		}
		if got != want {
			t.Errorf("ConstantNamed(%q) has setting %q, want %q", name, got, want)
		}
	}
}

func TestSwitch(t *testing.T) {
	for text, want := range map[string]string{"0": "false", "NO": "false", "1": "true", "yes": "true", "true": "", "2": ""} {
		if got, ok := Switch(text); got != want || ok != (want != "") {
			t.Errorf("Switch(%q) = %q, %t", text, got, ok)
		}
	}
}
