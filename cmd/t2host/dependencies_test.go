package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestDependenciesHaveReasons checks that RATIONALE.md tells why each direct dependency is there, with
// its version.
func TestDependenciesHaveReasons(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "../../RATIONALE.md"), "## Dependencies\n")
	direct := regexp.MustCompile(`(?m)^\t(\S+) v(\S+)$`).FindAllStringSubmatch(read(t, "../../go.mod"), -1)
	if len(direct) < 10 {
		t.Fatalf("only %d direct dependencies found in go.mod", len(direct))
	}
	for _, m := range direct {
		if entry := m[1] + " " + m[2]; !strings.Contains(table, entry) {
			t.Errorf("RATIONALE.md: the table of dependencies has no entry %q", entry)
		}
	}
}
