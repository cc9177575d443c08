package outlet

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
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

		"":                       "want tcp://host:port, tls://host:port, udp://host:port, unix:///path, file:PATH or - (standard output)",
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

// listening returns a target that only a listener may have.
func listening(t *testing.T, s string) Target {
	t.Helper()
	target, err := ParseTarget(s)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestTargetsOfTheHost: those that the host makes itself are printed as what ParseTarget reads.
func TestTargetsOfTheHost(t *testing.T) {
	tcp := listening(t, "tcp://h:0").At("h:7")
	for want, target := range map[string]Target{"file:a b": File("a b"), "-": Stdout(), "tcp://h:7": tcp} {
		if got, err := ParseTarget(target.String()); err != nil || got != target || target.String() != want {
			t.Errorf("%s, parsed %+v, %v, want %s, %+v", target, got, err, want, target)
		}
	}
}

// TestOpenRefuses what cannot be a destination, whoever made the configuration.
func TestOpenRefuses(t *testing.T) {
	for want, target := range map[string]Target{
		"outlet a.b: has no target":                          {},
		`outlet a.b: target "tcp://h:0": port 0: want `:      listening(t, "tcp://h:0"),
		`outlet a.b: target "udp://:7": has no host: write `: listening(t, "udp://:7"),
		"outlet a.b: has no path: want file:PATH":            File(""),
		"outlet a.b: path of 200 bytes: a Unix socket's ":    to("unix:///x").At(strings.Repeat("x", 200)),
	} {
		if _, err := Open(context.Background(), Config{Name: "a.b", Target: target}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s…", err, want)
		}
	}
}

// TestAbsent: each reason that nobody answers has its own cure.
func TestAbsent(t *testing.T) {
	for _, c := range []struct {
		target string
		err    error
		want   string
	}{
		{"tcp://127.0.0.1:7", syscall.ECONNREFUSED, "connect tcp://127.0.0.1:7: connection refused: start `t2host receive tcp://127.0.0.1:7` in another terminal, or use HINT"},
		{"tcp://localhost:7", syscall.ECONNREFUSED, "connect tcp://localhost:7: connection refused: start `t2host receive tcp://localhost:7` in another terminal, or use HINT"},
		{"tcp://192.0.2.1:7", syscall.ECONNREFUSED, "connect tcp://192.0.2.1:7: connection refused: start `t2host receive tcp://192.0.2.1:7` on that host, or use HINT"},
		{"unix:///x", os.ErrNotExist, "connect unix:///x: file does not exist: start `t2host receive unix:///x` in another terminal, or use HINT"},
		{"tcp://h:7", &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}, "connect tcp://h:7: lookup h: no such host: check the name, or use HINT"},
		{"tcp://h:7", os.ErrDeadlineExceeded, "connect tcp://h:7: no answer in 10s: check the address and the firewalls, or use HINT"},
		{"tcp://h:7", syscall.ENETUNREACH, "connect tcp://h:7: network is unreachable"},
	} {
		err := absent(to(c.target), "HINT", c.err)
		if err.Error() != c.want {
			t.Errorf("%s, want %s", err, c.want)
		}
		var dns *net.DNSError
		if !errors.Is(err, c.err) && !errors.As(err, &dns) && !os.IsTimeout(c.err) {
			t.Errorf("%v does not wrap the system's error", err)
		}
	}
}
