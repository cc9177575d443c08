package check

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/t2host/t2host/sdk/setting"
)

// others returns values of a setting beside its default: of a number the ends of its range. A text and a target have none that are known.
func others(s *setting.Setting) (list []string) {
	switch s.Kind {
	case setting.Bool:
		list = []string{"true", "false"}
	case setting.Choice:
		list = s.Choices
	case setting.Uint:
		list = []string{strconv.FormatUint(s.Min, 10), strconv.FormatUint(s.Max, 10)}
	}
	var other []string
	for i, text := range list {
		if text != s.Default && (i == 0 || text != list[i-1]) {
			other = append(other, text)
		}
	}
	return other
}

// settings runs the plugin with other values of each setting, one after the other: in its first runtime, and in its last one with
// batches of a row.
func (k *checker) settings(ctx context.Context) {
	const what = "settings at the ends of their ranges"
	runtimes := runtimesOf(k.Artefact)
	capture := k.Captures[0]
	for _, c := range k.Captures {
		if c.Name == k.Variety {
			capture = c
		}
	}
	var usual *outcome // of the first runtime, with the defaults
	problem := ""
	for i := range k.Artefact.Settings {
		s := &k.Artefact.Settings[i]
		for _, text := range others(s) {
			if ctx.Err() != nil {
				return
			}
			if usual == nil {
				usual = k.run(ctx, capture, runtimes[0], sizes[0])
			}
			c := capture
			c.Sets = append(slices.Clone(c.Sets), k.Artefact.Name+"."+s.Name+"="+text)
			a, b := k.run(ctx, c, runtimes[0], sizes[0]), k.run(ctx, c, runtimes[len(runtimes)-1], 1)
			switch {
			case a.err != nil && !a.ran:
				k.done.refused[s.Name] = text + " is refused: " + a.err.Error()
				continue
			case difference(usual, a) != "":
				k.done.changed[s.Name] = true
			}
			for _, wrong := range []string{a.broken(k.Artefact.Name), b.broken(k.Artefact.Name), difference(a, b)} {
				if wrong != "" && problem == "" {
					problem = fmt.Sprintf("%s=%s: %s", s.Name, text, wrong)
				}
			}
		}
	}
	if usual != nil {
		k.find(what, problem)
	}
}
