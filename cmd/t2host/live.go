package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/live"
)

// sensor is what is captured, and how.
type sensor struct {
	iface   string
	snaplen uint32
	ring    string
	alone   bool // not promiscuous
	user    string

	open capture.Live
	note atomic.Pointer[func(string)]
}

// openInterface opens the interface and drops the rights that this needed, before anything else is read or written.
func (o *options) openInterface() error {
	ring, err := ringSize(o.ring)
	if err != nil {
		return err
	}
	early := func(line string) { o.tell(line) }
	o.note.Store(&early)
	c := live.Config{
		Interface: o.iface, Snaplen: int(min(o.snaplen, live.DefaultSnaplen)), Ring: ring, Promiscuous: !o.alone,
		Note: func(line string) { (*o.note.Load())(line) },
	}
	if o.filter != nil {
		c.Filter = o.kernelFilter
	}
	if o.open, err = live.Open(c); err != nil {
		if errors.As(err, new(*live.Refused)) {
			return err
		}
		return &host.UsageError{Err: err}
	}
	became, err := live.Drop(o.user)
	if errors.Is(err, live.ErrCgo) {
		o.logger().Warn(err.Error())
	} else if err != nil {
		_ = o.open.Close()
		return err
	}
	if became != "" {
		o.tell("goes on as user " + became)
	}
	o.tell("captures from " + o.iface + ": Ctrl-C ends it")
	return nil
}

// input returns the interface to the run, whose notices it makes from now on.
func (s *sensor) input(note func(string)) (capture.Live, error) {
	s.note.Store(&note)
	return s.open, nil
}

// ringSize returns the bytes of a size with K, M or G.
func ringSize(text string) (int, error) {
	unit := 1
	number := text
	for i, letter := range "KMG" {
		if n, ok := strings.CutSuffix(text, string(letter)); ok {
			number, unit = n, 1<<(10*(i+1))
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > live.MaxRing/unit || n*unit < live.MinRing {
		return 0, usagef("-B %s: want bytes from %dM to %dG", text, live.MinRing>>20, live.MaxRing>>30)
	}
	return n * unit, nil
}

// interfacesCommand returns the command that lists interfaces.
func interfacesCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "interfaces",
		Short: "list the interfaces of this machine: -i",
		Args:  atMost(0, "interfaces accepts no argument"),
		RunE: func(*cobra.Command, []string) error {
			list, err := live.Interfaces()
			if err != nil {
				return err
			}
			return printInterfaces(o.stdout, list)
		},
	}
}

func printInterfaces(out io.Writer, list []live.Interface) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "INTERFACE\tSTATE\tMTU\tSPEED\tADDRESSES\tOFFLOADS")
	for _, i := range list {
		state, speed := "down", "-"
		if i.Up {
			state = "up"
		}
		if i.Speed > 0 {
			speed = strconv.Itoa(i.Speed) + " Mbit/s"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", i.Name, state, i.MTU, speed, spaced(i.Addresses), spaced(i.Offloads))
	}
	fmt.Fprintf(w, "%s\t-\t-\t-\tall of them\t-\n", live.Any)
	fmt.Fprintln(w, "\nOffloads join or cut frames (tso, gso, gro, lro) or leave checksums out (tx): ethtool -K INTERFACE gro off tso off gso off tx off")
	return w.Flush()
}

// spaced returns a list with blanks between, - if it is empty.
func spaced(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, " ")
}
