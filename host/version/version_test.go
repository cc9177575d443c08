package version

import (
	"runtime/debug"
	"testing"
)

func TestNumber(t *testing.T) {
	of := func(path, version string) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: path, Version: version}}
	}
	for _, c := range []struct {
		linked string
		info   *debug.BuildInfo
		want   string
	}{
		{"", nil, next},
		{"0.2.0", nil, "0.2.0"},
		{"v0.2.0-3-g1234567", nil, "0.2.0-3-g1234567"},
		{"0.2.0", of(path, "v0.3.0"), "0.2.0"},
		{"", of(path, ""), next},
		{"", of(path, "(devel)"), next},
		{"", of(path, "v0.3.0"), "0.3.0"},
		{"", of(path, "v0.3.0-rc.1"), "0.3.0-rc.1"},
		{"", of(path, "v0.3.0+dirty"), next},
		{"", of(path, "v0.0.0-20261125100000-0123456789ab"), next},
		{"", of(path, "v0.3.1-0.20261125100000-0123456789ab+dirty"), next},
		{"", of("example.com/mysink", "v0.3.0"), next},
	} {
		if got := number(c.linked, c.info); got != c.want {
			t.Errorf("number(%q, %v) = %q, want %q", c.linked, c.info, got, c.want)
		}
	}
}
