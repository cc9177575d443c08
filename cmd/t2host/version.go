package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/sdk/wire"
)

// versions returns what a bug report needs.
func versions() string {
	var b strings.Builder
	fmt.Fprintf(&b, "t2host %s\n", version.Number())
	fmt.Fprintf(&b, "go     %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "ABI    %d\n", wire.Version)
	fmt.Fprintf(&b, "module %s\n", launch.Module(ownModule()))
	fmt.Fprintf(&b, "processes confined by %s\n", confine.Probe())
	fmt.Fprintf(&b, "cache  %s\n", cmp.Or(cacheDir(), "none"))
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b.String()
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			fmt.Fprintf(&b, "%s %s\n", s.Key, s.Value)
		}
	}
	b.WriteString("libraries\n")
	for _, m := range info.Deps {
		fmt.Fprintf(&b, "  %s %s\n", m.Path, m.Version)
	}
	return b.String()
}
