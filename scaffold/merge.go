package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Outcome is what became of a file of the folder.
type Outcome string

// The outcomes.
const (
	Renewed   Outcome = "renewed"                                                // the author had not changed it
	Added     Outcome = "added"                                                  // it is new in the scaffold
	Removed   Outcome = "removed"                                                // the scaffold has it no more, and the author had not changed it
	Merged    Outcome = "merged with your changes"                               // both had changed it
	Conflict  Outcome = "merged, with conflicts: look for <<<<<<<"               // at the same lines
	Beside    Outcome = "changed by both: the new one is in FILE.new"            // they could not be merged
	Forgotten Outcome = "changed in the scaffold; you have removed it, so it is" // left away
	Yours     Outcome = "kept as you have it; the scaffold has it no more"
)

// version3 is a file in three versions. nil: there is none.
type version3 struct{ old, yours, scaffold []byte }

// merge returns the file after an upgrade, nil if there is none, and what has happened; an empty outcome is nothing.
func (v version3) merge(name string) ([]byte, Outcome, error) {
	same := func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
	switch {
	case same(v.old, v.scaffold), same(v.yours, v.scaffold):
		return v.yours, "", nil
	case same(v.old, v.yours) && v.scaffold == nil:
		return nil, Removed, nil
	case same(v.old, v.yours) && v.old == nil:
		return v.scaffold, Added, nil
	case same(v.old, v.yours):
		return v.scaffold, Renewed, nil
	case v.scaffold == nil:
		return v.yours, Yours, nil
	case v.yours == nil:
		return nil, Forgotten, nil
	}
	merged, conflicts, err := lines3(name, v)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return v.yours, Beside, nil
	case err != nil:
		return nil, "", fmt.Errorf("merge %s: %w", name, err)
	case conflicts:
		return merged, Conflict, nil
	}
	return merged, Merged, nil
}

// lines3 merges two changes of a text by lines. Git does it, which authors have.
func lines3(name string, v version3) (merged []byte, conflicts bool, err error) {
	dir, err := os.MkdirTemp("", "t2host-merge-")
	if err != nil {
		return nil, false, err
	}
	defer os.RemoveAll(dir)
	var paths []string
	for _, f := range []struct {
		name string
		data []byte
	}{{"yours", v.yours}, {"old", v.old}, {"new", v.scaffold}} {
		paths = append(paths, filepath.Join(dir, f.name))
		if err := os.WriteFile(paths[len(paths)-1], f.data, 0o600); err != nil {
			return nil, false, err
		}
	}
	args := append([]string{"merge-file", "-p", "-L", name + ", yours", "-L", name + " as it was made", "-L", name + " of this t2host"}, paths...)
	out, err := exec.Command("git", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128 { // the number of conflicts
		return out, true, nil
	}
	return out, false, err
}
