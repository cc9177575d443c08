package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// flows is a flow file.
type flows struct {
	columns []string
	lines   [][]string
}

// readFlows reads a flow file, one whose name ends with .xz through the program xz.
func readFlows(path string) (*flows, error) {
	var data []byte
	var err error
	if strings.HasSuffix(path, ".xz") {
		data, err = exec.Command("xz", "-dc", path).Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			err = fmt.Errorf("xz: %s", strings.TrimSpace(string(exit.Stderr)))
		}
	} else {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	f, err := parseFlows(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func parseFlows(text string) (*flows, error) {
	header, rest, _ := strings.Cut(text, "\n")
	names, ok := strings.CutPrefix(header, "%")
	if !ok {
		return nil, errors.New("no flow file: the first line does not begin with %")
	}
	f := &flows{columns: strings.Split(names, "\t")}
	for i, name := range f.columns {
		if slices.Contains(f.columns[:i], name) {
			return nil, fmt.Errorf("column %s is there twice", name)
		}
	}
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != len(f.columns) {
			return nil, fmt.Errorf("line %d has %d columns, the first line %d", len(f.lines)+2, len(cells), len(f.columns))
		}
		f.lines = append(f.lines, cells)
	}
	return f, nil
}

// cell is the value of a column in a line, counted from 0; ok is false where there is
// none.
func (f *flows) cell(line int, column string) (value string, ok bool) {
	i := slices.Index(f.columns, column)
	if i < 0 || line >= len(f.lines) {
		return "", false
	}
	return f.lines[line][i], true
}

// pair is two files that should be equal.
type pair struct{ name, want, got string }

// endings are those of flow files: T2's expected results and t2host's own.
var endings = []string{".flows.txt.xz", ".flows.txt", "_flows.txt.xz", "_flows.txt"}

// flowFiles are the flow files of a folder, by capture.
func flowFiles(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, e := range entries {
		for _, ending := range endings {
			if name, ok := strings.CutSuffix(e.Name(), ending); ok {
				if files[name] != "" {
					return nil, fmt.Errorf("%s and %s are of one capture", files[name], filepath.Join(dir, e.Name()))
				}
				files[name] = filepath.Join(dir, e.Name())
				break
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds no flow file: %w", dir, fs.ErrNotExist)
	}
	return files, nil
}

// pairsOf pairs the files of two folders by capture. Got may hold more.
func pairsOf(wantDir, gotDir string) ([]pair, error) {
	want, err := flowFiles(wantDir)
	if err != nil {
		return nil, err
	}
	got, err := flowFiles(gotDir)
	if err != nil {
		return nil, err
	}
	var list []pair
	for name, file := range want {
		if got[name] == "" {
			return nil, fmt.Errorf("%s has no counterpart in %s: %w", file, gotDir, fs.ErrNotExist)
		}
		list = append(list, pair{name, file, got[name]})
	}
	slices.SortFunc(list, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return list, nil
}
