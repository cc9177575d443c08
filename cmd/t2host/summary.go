package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
)

// summary shows on one screen what a capture contains, and what to do next. It calls ended before it prints.
func (o *options) summary(cmd *cobra.Command, c host.Config, ended func()) error {
	c.Stdout, c.Runtime = io.Discard, ""
	r, err := host.Run(cmd.Context(), c)
	ended()
	if r != nil {
		fmt.Fprint(o.stdout, summaryText(r, printable.Line(o.input())))
	}
	return err
}

func (o *options) input() string {
	if o.iface != "" {
		return "-i " + o.iface
	}
	if o.list != "" {
		return "-R " + o.list
	}
	return "-r " + o.file
}

func summaryText(r *report.Report, input string) string {
	var b strings.Builder
	b.WriteString(r.Input())
	n := &r.Counts
	for _, p := range []struct {
		name    string
		packets uint64
	}{{"TCP", n.TCP}, {"UDP", n.UDP}, {"SCTP", n.SCTP}, {"ICMP", n.ICMP}, {"ICMPv6", n.ICMPv6}, {"ARP", n.ARP}, {"no flow", n.NoFlow}} {
		if p.packets > 0 {
			fmt.Fprintf(&b, "%-8s  %s packets\n", p.name, sdk.Share(p.packets, n.Packets))
		}
	}
	fmt.Fprintf(&b, `
next:
  t2host %[1]s -p tcpwin
      which hosts stop their peers by closing the TCP receive window
  t2host receive tcp://127.0.0.1:5555        in another terminal, then
  t2host %[1]s -p tcpwin,tcpwinsink
      the same, with reports to that socket every five seconds of traffic time
  t2host -h
      all options
`, input)
	return b.String()
}
