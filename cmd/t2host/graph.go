package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
)

// graphCommand returns the command that shows in which order plugins load, and why.
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
			catalogue, named, err := o.described(names)
			if err != nil {
				return err
			}
			order, err := plugin.Resolve(catalogue, named)
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

// gets names the columns and tables of a plugin that another one reads.
func gets(e plugin.Edge) string {
	var list []string
	for _, name := range e.Columns {
		list = append(list, "column "+name)
	}
	for _, name := range e.Tables {
		list = append(list, "table "+name)
	}
	return strings.Join(list, ", ")
}

func textGraph(order []plugin.Loaded) string {
	var b strings.Builder
	all := plugin.Edges(order)
	for i, l := range order {
		why := "named"
		if len(l.RequiredBy) > 0 {
			why = "required by " + strings.Join(l.RequiredBy, ", ")
		}
		fmt.Fprintf(&b, "%d. %03d %s %s: %s", i+1, l.Number, l.Name, l.Version, why)
		place := "by its number"
		var after []string
		for _, e := range all {
			if e.To == l.Name {
				after = append(after, e.From+because(e))
			}
		}
		if len(after) > 0 {
			place = "after " + strings.Join(after, ", ")
		}
		fmt.Fprintf(&b, "; %s\n", place)
	}
	return b.String()
}

// because returns why a plugin comes after another, in brackets.
func because(e plugin.Edge) string {
	what := gets(e)
	switch {
	case what != "":
		return " (" + what + ")"
	case e.Optional:
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
	for _, e := range plugin.Edges(order) {
		style := ""
		if e.Optional {
			style = " style=dashed"
		}
		fmt.Fprintf(&b, "\t%q -> %q [label=%q%s]\n", e.From, e.To, gets(e), style)
	}
	b.WriteString("}\n")
	return b.String()
}
