package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/printable"
)

// TestErrorsAreLines checks that texts of the user, a file or the environment stay within one line.
func TestErrorsAreLines(t *testing.T) {
	const word = "a\x1b[2J\nt2host: all well\u202e\xff"
	const shown = `a\x1b[2J\nt2host: all well\u202e\xff`
	for _, args := range [][]string{
		{"-r", word, "-p", "tcpwin:inproc"},
		{word},
		{"-r", "x", "-p", word},
		{"-r", "x", "-p", "tcpwin", "--set", word},
		{"-r", "x", "-p", "tcpwin", "--set", "tcpwin." + word + "=1"},
		{"-r", "x", "-p", "tcpwin", "-C", word},
		{"-r", "x", "-p", "tcpwin", "--trust", word},
		{"-R", word, "-p", "tcpwin:inproc"},
		{"--" + word},
		{"plugins", word},
		{"plugins", "./" + word},
		{"plugins", "-P", word},
		{"conf", "-D", word},
		{"conf", "tcpwin", "-G", word},
		{"graph", "-p", word},
		{"new-plugin", word},
		{"build", word},
		{"install", word},
		{"uninstall", word},
		{"check", word},
		{"replay", word, "tcpwin"},
		{"receive", word},
		{"completion", word},
	} {
		var stdout, stderr bytes.Buffer
		code := run(args, strings.NewReader(""), &stdout, &stderr)
		got := strings.TrimSuffix(stderr.String(), "\n")
		if code == 0 || stdout.Len() > 0 || got == "" || printable.Line(got) != got {
			t.Errorf("t2host %q: exit code %d, output %q, error %q", args, code, stdout.String(), got)
		}
		if !strings.Contains(got, `\x1b[2J`) {
			t.Errorf("t2host %q: error %q does not show %s", args, got, shown)
		}
	}
}
