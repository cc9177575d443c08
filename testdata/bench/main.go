// The program bench measures t2host on this machine, beside tcpdump and in turns, and draws what its cost depends on. It asserts nothing.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// bench is a measurement on one machine.
type bench struct {
	program string // t2host
	dir     string // for captures and what the runs write
	mix     string // the real traffic
	small   string // a capture whose run is mostly its start
	charts  string // a folder for charts
	rounds  int
	packets int // of the long capture, once it is made
}

func main() {
	b := &bench{}
	flag.StringVar(&b.program, "t2host", "../../bin/t2host", "the `program` to measure")
	flag.StringVar(&b.mix, "mix", "../../../shared/captures/mix.pcap.xz", "the `capture` that is read ten times")
	flag.StringVar(&b.small, "small", "../windows.pcap", "a `capture` for the start of a run")
	flag.StringVar(&b.charts, "charts", "../../docs/charts", "the `folder` for charts")
	flag.IntVar(&b.rounds, "rounds", 7, "how often each command runs")
	parts := map[string]func() error{"table": b.table, "start": b.start, "examples": b.examples, "flows": b.flows, "plugins": b.plugins, "batches": b.batches, "cores": b.cores, "fleet": b.fleet}
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: bench [flags] table | start | examples | flows | plugins | batches | cores | fleet ...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := b.run(flag.Args(), parts); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(names []string, parts map[string]func() error) (err error) {
	if b.program, err = filepath.Abs(b.program); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "t2host-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	for _, name := range names {
		part := parts[name]
		if part == nil {
			return fmt.Errorf("no part is named %s", name)
		}
		if err := part(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

const (
	both  = "tcpwin,tcpwinsink"
	whole = "basicflow,basicstats,tcpstates,tcpwin,txtsink,tcpwinsink"
)

// of returns a job of t2host with plugins in a runtime.
func (b *bench) of(name, capture, plugins, runtime string, more ...string) *job {
	args := []string{b.program, "--t2", "-r", capture}
	if plugins != "" {
		args = append(args, "-q", "-w", b.path("out"), "-p", plugins, "--runtime", runtime)
	}
	if strings.Contains(plugins, "tcpwinsink") {
		args = append(args, "--set", "tcpwinsink.to=file:/dev/null")
	}
	return &job{name: name, args: append(args, more...)}
}

// longCapture makes the long capture, once for all parts.
func (b *bench) longCapture() (path string, packets int, err error) {
	path = b.path("long.pcap")
	if b.packets == 0 {
		b.packets, err = long(b.mix, path)
	}
	return path, b.packets, err
}
