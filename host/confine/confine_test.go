package confine

import (
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		have    Support
		missing string
		text    string
	}{
		{Support{7, true}, "", "Landlock 7, seccomp"},
		{Support{1, true}, "", "Landlock 1, seccomp"},
		{Support{0, true}, "files (no Landlock)", "seccomp; not confined: files (no Landlock)"},
		{
			Support{4, false},
			"system calls, network and children (no seccomp); signals and abstract sockets (Landlock before version 6)",
			"Landlock 4; not confined: system calls, network and children (no seccomp), signals and abstract sockets (Landlock before version 6)",
		},
		{Support{0, false}, "files (no Landlock); system calls, network and children (no seccomp)", "none on this system"},
	} {
		if got := strings.Join(c.have.Missing(), "; "); got != c.missing {
			t.Errorf("%+v: missing %q, want %q", c.have, got, c.missing)
		}
		if got := c.have.String(); got != c.text {
			t.Errorf("%+v: %q, want %q", c.have, got, c.text)
		}
	}
}
