package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/host/t2"
)

// inputName returns what is read: a file, a list, the first file of a series, or an interface.
func (o *options) inputName() string {
	if o.series != nil {
		return o.series.First()
	}
	return o.file + o.list + o.iface
}

// checkInput returns an error unless one input is named.
func (o *options) checkInput(cmd *cobra.Command, args []string) error {
	var named []string
	for _, flag := range [][2]string{{"-r", o.file}, {"-R", o.list}, {"-D", o.expression}, {"-i", o.iface}} {
		if flag[1] != "" {
			named = append(named, flag[0])
		}
	}
	switch {
	case len(named) == 0 && len(args) > 0:
		return usagef("unknown command %q%s", args[0], nearest.Hint(args[0], commandNames(cmd)))
	case len(named) == 0:
		return usagef("one of -r FILE, -R LIST, -D EXPR and -i IFACE is required (try t2host -h)")
	case len(named) > 1:
		return usagef("%s exclude each other: use one of them (try t2host -h)", strings.Join(named, " and "))
	}
	if o.follow && len(args) > 0 && strings.Trim(args[0], "0123456789") == "" { // a factor
		return usagef("%s", t2.Answer("-f", t2.Here("t2", "-f")))
	}
	if o.follow && (o.file == "" || o.file == "-") {
		return usagef("-f is for -r FILE: a series goes on by itself, and so do a pipe and an interface (try t2host -h)")
	}
	var err error
	if o.expression != "" {
		if o.series, err = capture.ParseSeries(o.expression); err != nil {
			return usagef("-D %v", err)
		}
	}
	return nil
}

// onlyInput reports whether the flags name an input and nothing else.
func onlyInput(cmd *cobra.Command) bool {
	of := []string{"pcap", "pcap-list", "input-regex", "follow", "interface", "snaplen", "rx-bufsize", "no-promiscuous", "user", "bpf-file", "write-pcap", "t2", "log-format", "log-level", "metrics", "debug", "view", "view-token", "save-view"}
	only := true
	cmd.Flags().Visit(func(f *pflag.Flag) { only = only && slices.Contains(of, f.Name) })
	return only
}
