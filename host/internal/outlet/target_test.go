package outlet

import (
	"strings"
	"testing"
)

func TestCheckTarget(t *testing.T) {
	long := "unix:///" + strings.Repeat("x", maxUnixPath)
	for target, want := range map[string]string{
		"tcp://127.0.0.1:5555":    "",
		"tcp://[::1]:5555":        "",
		"udp://collector.lan:514": "",
		"unix:///run/t2host.sock": "",
		"unix://t2host.sock":      "",
		"file:/tmp/a b":           "",
		"file:-":                  "",
		"-":                       "",

		"":                       "want tcp://host:port, udp://host:port, unix:///path, file:PATH or - (standard output)",
		"reports.bin":            "want tcp://host:port",
		"http://x:1":             "want tcp://host:port",
		"tcp://127.0.0.1":        "want tcp://host:port",
		"tcp://::1:5555":         "in brackets: tcp://[::1]:5555",
		"tcp://h:99999":          `port "99999": want a number from 1 to 65535`,
		"udp://h:http":           `port "http"`,
		"tcp://h:0":              "port 0",
		"tcp://:5555":            "has no host: write tcp://127.0.0.1:5555",
		"tcp://127.0.0.1:5555/x": `port "5555/x"`,
		"unix://":                "has no path",
		"file:":                  "has no path",
		long:                     "a Unix socket's path has at most",
	} {
		err := CheckTarget(target)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", target, err)
			} else if p, _ := ParseTarget(target); p.String() != target {
				t.Errorf("%q: printed as %q", target, p)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", target, err, want)
		}
	}
}
