package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/drive"
)

// targetsCommand returns the command that lists what --to accepts.
func targetsCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "targets",
		Short: "list the formats, places and options of --to",
		Args:  atMost(0, "targets accepts no argument"),
		RunE:  func(*cobra.Command, []string) error { return printTargets(o.stdout) },
	}
}

func printTargets(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FORMAT\tENDINGS\tSTREAM\tMEANING")
	for _, f := range host.Formats() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, listed(f.Ends), f.Stream, f.Doc)
	}
	fmt.Fprintln(w, "\nPLACE\tENDINGS\t\tMEANING")
	for _, p := range [][2]string{
		{"PATH", "a file; .gz and .zst compress it"},
		{"-", "standard output"},
		{"tcp://HOST:PORT", "a TCP socket"},
		{"tls://HOST:PORT", "the same over TLS"},
		{"udp://HOST:PORT", "UDP: a row or a message is a datagram"},
		{"unix://PATH", "a Unix socket"},
	} {
		fmt.Fprintf(w, "%s\t-\t\t%s\n", p[0], p[1])
	}
	for _, k := range places() {
		fmt.Fprintf(w, "%s\t%s\t\t%s\n", k.Form, listed(k.Ends), k.Doc)
	}
	fmt.Fprintln(w, "\nOPTION\tDEFAULT\t\tMEANING")
	printOptions(w, host.TargetOptions(), "")
	for _, k := range places() {
		printOptions(w, k.Options, "of "+k.Schemes[0]+": ")
	}
	return w.Flush()
}

func printOptions(w io.Writer, options []drive.Option, of string) {
	for _, o := range options {
		value := o.Default
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t\t%s%s\n", o.Name, value, of, o.Doc)
	}
}

// listed returns endings of file names with their dots, - if there are none.
func listed(ends []string) string {
	if len(ends) == 0 {
		return "-"
	}
	return "." + strings.Join(ends, " .")
}
