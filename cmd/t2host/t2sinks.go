package main

import (
	"slices"
	"strings"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/t2"
)

// sinksOfT2 takes T2's sinks out of the names of plugins, unless there is a plugin of that name, and returns the words of
// --to that stand for them.
func (o *options) sinksOfT2(names []string, catalogue []*plugin.Artefact, prefix string) (left, to []string, err error) {
	for _, name := range names {
		sink := t2.SinkNamed(name)
		known := slices.ContainsFunc(catalogue, func(a *plugin.Artefact) bool { return strings.EqualFold(a.Name, name) })
		switch {
		case sink == nil || known:
			left = append(left, name)
		case sink.To == "":
			return nil, nil, usagef("%s is a plugin of T2 that t2host has not: see --to for where else rows go", sink.Name)
		default:
			word := strings.ReplaceAll(sink.To, "PREFIX", prefix)
			to = append(to, word)
			if !o.quiet {
				o.tell(sink.Name + " stands for --to " + word)
			}
		}
	}
	return left, to, nil
}
