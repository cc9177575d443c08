package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// graphCommand shows in which order plugins load, and why.
func graphCommand(o *options) *cobra.Command {
	var dot bool
	var names []string
	cmd := &cobra.Command{
		Use:   "graph -p NAMES",
		Short: "show in which order plugins load, and why",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 || len(names) == 0 {
				return usagef("graph requires plugins: t2host graph -p tcpwin,tcpwinsink")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			catalogue, names, err := o.described(names)
			if err != nil {
				return err
			}
			order, err := plugin.Resolve(catalogue, names)
			if err != nil {
				return &host.UsageError{Err: err}
			}
			for _, l := range order {
				if place := l.Place(); place != "" {
					fmt.Fprintln(o.stderr, "t2host:", place)
				}
			}
			if dot {
				_, err = fmt.Fprint(o.stdout, dotGraph(order))
			} else {
				_, err = fmt.Fprint(o.stdout, textGraph(order))
			}
			return err
		},
	}
	cmd.Flags().StringSliceVarP(&names, "plugins", "p", nil, "the plugins: `NAMES`, separated by commas")
	cmd.Flags().BoolVar(&dot, "dot", false, "as Graphviz dot")
	folderFlag(cmd, o)
	return cmd
}

// edge tells that one plugin comes after another, and what it reads from it.
type edge struct {
	from, to, what string
	optional       bool
}

func edges(order []plugin.Loaded) []edge {
	var list []edge
	for i, l := range order {
		for _, r := range l.Requires {
			for _, k := range order[:i] { // an optional one may not be loaded
				if plugin.Key(k.Name) == plugin.Key(r.Name) {
					list = append(list, edge{k.Name, l.Name, gets(l.Plugin, k.Name), r.Optional})
				}
			}
		}
	}
	return list
}

// gets names the columns and tables of a plugin that another one reads.
func gets(p *sdk.Plugin, from string) string {
	var list []string
	for _, c := range p.Ends.Columns {
		if owner, name := sdk.Owner(c.Name); owner == from {
			list = append(list, "column "+name)
		}
	}
	for _, t := range p.Imports {
		if owner, name := sdk.Owner(t.Name); owner == from {
			list = append(list, "table "+name)
		}
	}
	return strings.Join(list, ", ")
}

func textGraph(order []plugin.Loaded) string {
	var b strings.Builder
	all := edges(order)
	for i, l := range order {
		why := "named"
		if len(l.RequiredBy) > 0 {
			why = "required by " + strings.Join(l.RequiredBy, ", ")
		}
		fmt.Fprintf(&b, "%d. %03d %s %s: %s", i+1, l.Number, l.Name, l.Version, why)
		place := "by its number"
		var after []string
		for _, e := range all {
			if e.to == l.Name {
				after = append(after, e.from+because(e))
			}
		}
		if len(after) > 0 {
			place = "after " + strings.Join(after, ", ")
		}
		fmt.Fprintf(&b, "; %s\n", place)
	}
	return b.String()
}

// because tells why a plugin comes after another.
func because(e edge) string {
	switch {
	case e.what != "":
		return " (" + e.what + ")"
	case e.optional:
		return " (optional)"
	}
	return ""
}

func dotGraph(order []plugin.Loaded) string {
	var b strings.Builder
	b.WriteString("digraph t2host {\n\trankdir=LR\n")
	for i, l := range order {
		fmt.Fprintf(&b, "\t%q [label=%q]\n", l.Name, fmt.Sprintf("%d. %03d %s %s", i+1, l.Number, l.Name, l.Version))
	}
	for _, e := range edges(order) {
		style := ""
		if e.optional {
			style = " style=dashed"
		}
		fmt.Fprintf(&b, "\t%q -> %q [label=%q%s]\n", e.from, e.to, e.what, style)
	}
	b.WriteString("}\n")
	return b.String()
}
