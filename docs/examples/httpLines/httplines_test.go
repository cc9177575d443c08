package httplines_test

import (
	"testing"

	"example.com/httplines"

	"github.com/t2host/t2host/sdk/sdktest"
)

// TestCases: packets as text, and what the plugins make of them. go test -update writes the
// expectations anew.
func TestCases(t *testing.T) {
	sdktest.Cases(t, "testdata/*.txtar", httplines.Plugin)
}

// TestREADME: the tables in README.md are those of the declaration.
func TestREADME(t *testing.T) {
	sdktest.README(t, httplines.Plugin, "README.md")
}
