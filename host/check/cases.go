package check

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// expected compares what a text case expects with a run of it, as sdktest does: without other sinks' columns.
func (k *checker) expected(ctx context.Context, c Capture, o *outcome) {
	if len(c.Want) == 0 {
		return
	}
	if readsAll(k.Artefact.Plugin) {
		o = k.runFiles(ctx, []string{c.Path}, c, runtimesOf(k.Artefact)[0], sizes[0])
	}
	k.cases++
	problem := o.broken(k.Artefact.Name)
	if problem == "" {
		problem = o.unexpected(k.Artefact.Name, c.Want)
	}
	if problem != "" && k.unmet == "" {
		k.unmet = c.Name + ": " + problem
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
