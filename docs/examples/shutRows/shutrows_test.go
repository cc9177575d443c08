package shutrows_test

import (
	"testing"

	"example.com/shutrows"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest"
)

// plugins are the plugin and before it those that it requires.
var plugins = []*sdk.Plugin{tcpwin.Plugin, shutrows.Plugin}

// TestCases: packets as text, and what the plugin makes of them. go test -update writes the expectations anew.
func TestCases(t *testing.T) { sdktest.Cases(t, "testdata/*.txtar", plugins...) }

// TestREADME: the tables in README.md are those of the declaration.
func TestREADME(t *testing.T) { sdktest.README(t, shutrows.Plugin, "README.md") }

// FuzzPackets: no packets make it fail. go test -fuzz Packets
func FuzzPackets(f *testing.F) { sdktest.Fuzz(f, plugins...) }
