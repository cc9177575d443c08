package check

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// cases runs the plugin's text cases as sdktest does, without other sinks' columns, and compares what they expect.
func (k *checker) cases(ctx context.Context) {
	problem, compared := "", 0
	for _, c := range k.Captures {
		if len(c.Want) == 0 {
			continue
		}
		o := k.runFiles(ctx, []string{c.Path}, c, k.runtimes()[0], sizes[0])
		if compared++; problem == "" {
			if problem = o.broken(k.Artefact.Name); problem == "" {
				problem = o.unexpected(k.Artefact.Name, c.Want)
			}
			if problem != "" {
				problem = c.Name + ": " + problem
			}
		}
	}
	if compared > 0 {
		k.find("text cases have what they expect", problem)
	}
}

// unexpected describes the first thing that is not as a text case wants it.
func (o *outcome) unexpected(plugin string, want map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got := ended(o.lines[plugin])
		if name != reportSection {
			got = ended(strings.ReplaceAll(o.files[name], "\x00", "<NUL>"))
		}
		if d := firstLine(want[name], got); d != "" {
			return name + ", " + strings.Replace(d, "the first run has", "the case has", 1)
		}
	}
	return ""
}

// reportSection is the section of a text case that has the plugin's lines of the end report.
const reportSection = "report"

// ended returns a text with a newline at its end, as the files of a text case have it.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
