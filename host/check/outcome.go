package check

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/report"
)

// outcome is the result of a run.
type outcome struct {
	err     error
	ran     bool              // it began to read
	files   map[string]string // by name; without logs and the time of the run
	lines   map[string]string // of the end report, by plugin
	cost    map[string]float64
	packets uint64
}

// read reads the files in the run's folder, and its report.
func (o *outcome) read(dir string, r *report.Report, err error) {
	o.err, o.files, o.lines, o.cost = err, map[string]string{}, map[string]string{}, map[string]float64{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		o.err = err
		return
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasSuffix(strings.TrimSuffix(name, ".part"), "_log.txt") && !strings.HasSuffix(name, "_headers.txt") {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				o.err = err
				return
			}
			o.files[name] = string(data)
		}
	}
	if r == nil {
		return
	}
	o.ran, o.packets = true, r.Counts.Packets
	for _, p := range r.Plugins {
		o.lines[p.Name] = strings.Join(p.Lines, "\n")
		o.cost[plugin.Key(p.Name)] = float64(p.Cost.Nanoseconds()) / float64(max(1, o.packets))
	}
}

// broken returns an error of a run that is the plugin's fault: that of a damaged capture is
// not.
func (o *outcome) broken(name string) string {
	if o.err == nil || o.ran && !errors.Is(o.err, &host.PluginError{Plugin: name}) {
		return ""
	}
	return o.err.Error()
}

// difference describes in one line how two outcomes differ.
func difference(want, got *outcome) string {
	if a, b := fmt.Sprint(want.err), fmt.Sprint(got.err); a != b {
		return "it ends with " + b + ", where the first run ended with " + a
	}
	if a, b := slices.Sorted(maps.Keys(want.files)), slices.Sorted(maps.Keys(got.files)); !slices.Equal(a, b) {
		return fmt.Sprintf("it writes %s, where the first run wrote %s", strings.Join(b, ", "), strings.Join(a, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(want.files)) {
		if d := firstLine(want.files[name], got.files[name]); d != "" {
			return "file " + name + ", " + d
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.lines)) {
		if d := firstLine(want.lines[name], got.lines[name]); d != "" {
			return "end report of " + name + ", " + d
		}
	}
	return ""
}

// firstLine describes the first line that differs.
func firstLine(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		x, y := at(a, i), at(b, i)
		if x != y {
			return fmt.Sprintf("line %d: %s, where the first run has %s", i+1, y, x)
		}
	}
	return ""
}

func at(lines []string, i int) string {
	if i >= len(lines) {
		return "nothing"
	}
	return fmt.Sprintf("%.120q", lines[i])
}
