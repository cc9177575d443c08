// Package version holds the product's version, which the build sets.
package version

import (
	"runtime/debug"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// linked is the version that the linker sets, as in
// -X github.com/t2host/t2host/host/version.linked=0.2.0.
var linked string

// next is the version of what is built without one.
const next = "0.1.0"

const path = "github.com/t2host/t2host"

// Number returns t2host's version, such as 0.1.0: the one that the linker has set, else that
// of the release which go install was asked for, else the one that is worked on.
var Number = sync.OnceValue(func() string {
	info, _ := debug.ReadBuildInfo()
	return number(linked, info)
})

// Product returns the name and version of t2host, for reports and files.
func Product() string { return "t2host " + Number() }

func number(linked string, info *debug.BuildInfo) string {
	if linked != "" {
		return strings.TrimPrefix(linked, "v")
	}
	// In a plugin's tests the main module is the plugin's. A version made of a commit orders
	// before releases that it contains.
	if info != nil && info.Main.Path == path {
		if v := info.Main.Version; semver.IsValid(v) && semver.Build(v) == "" && !module.IsPseudoVersion(v) {
			return strings.TrimPrefix(v, "v")
		}
	}
	return next
}
