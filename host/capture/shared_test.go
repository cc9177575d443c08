package capture

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// skip skips the test, or fails it where nothing may be skipped.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("T2HOST_NO_SKIP") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// The real captures: packets and damage as captures/INDEX.tsv has them.
func TestSharedCaptures(t *testing.T) {
	shared := os.Getenv("T2HOST_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared") // beside the module's root
	}
	index, err := os.ReadFile(filepath.Join(shared, "captures", "INDEX.tsv"))
	if err != nil {
		skip(t, "shared captures not found: set T2HOST_SHARED")
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	checked := 0
	for _, line := range lines[1:] {
		row := strings.Split(line, "\t")
		name := row[column["file"]]
		path := filepath.Join(shared, "captures", "real", name)
		s, err := Open([]string{path}, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		frames := drain(t, s)
		damage := s.Damage()
		s.Close()
		want, err := strconv.Atoi(row[column["packets"]])
		if err == nil {
			checked++
			if len(frames) != want {
				t.Errorf("%s: %d packets, want %d", name, len(frames), want)
			}
		}
		state := ""
		for _, d := range damage {
			t.Log(d)
			if state = "CUT"; d.Corrupt {
				state = "CORRUPT"
			}
		}
		if len(row) > column["damage"] && row[column["packets"]] != "" && state != row[column["damage"]] {
			t.Errorf("%s: damage %q, want %q", name, state, row[column["damage"]])
		}
	}
	if checked == 0 {
		t.Error("INDEX.tsv has no row with a number of packets")
	}
	t.Logf("%d captures", checked)
}
