package main

import (
	"fmt"
	"slices"
	"time"
)

var runtimes = []string{"inproc", "wasm", "process"}

// table prints what a packet of the long capture costs.
func (b *bench) table() error {
	capture, packets, err := b.longCapture()
	if err != nil {
		return err
	}
	jobs := []*job{
		{name: "cat > /dev/null", args: []string{"cat", capture}},
		{name: "tcpdump -w /dev/null", args: []string{"tcpdump", "-r", capture, "-w", "/dev/null"}},
		b.of("no plugin", capture, "", ""),
	}
	for _, r := range append(slices.Clone(runtimes), "worker") {
		jobs = append(jobs, b.of("tcpwin and tcpwinsink, "+r, capture, both, r))
	}
	for _, r := range runtimes {
		jobs = append(jobs, b.of("the tutorial's six, text, "+r, capture, whole, r))
	}
	const records = "basicflow,basicstats,tcpstates,tcpwin"
	for _, to := range []string{"", "text", "csv", "json", "ipfix", "parquet"} {
		for _, r := range runtimes {
			if to == "" {
				jobs = append(jobs, b.of("four plugins, no output, "+r, capture, records, r))
			} else {
				jobs = append(jobs, b.of("four plugins, "+to+", "+r, capture, records, r, "--to", to+":"+b.path("out."+to)))
			}
		}
	}
	if err := turns(jobs, b.rounds, true); err != nil {
		return err
	}
	fmt.Printf("%d packets, medians of %d rounds in turns\n\n| | Mpackets/s | ns a packet | cpu ns | of tcpdump | memory, MB |\n|---|---|---|---|---|---|\n", packets, b.rounds)
	tcpdump := median(jobs[1].wall)
	for _, j := range jobs {
		wall, cpu := median(j.wall), median(j.cpu)
		fmt.Printf("| %s | %.2f | %.0f | %.0f | %.2f | %.0f |\n", j.name, float64(packets)/wall.Seconds()/1e6, per(wall, packets), per(cpu, packets),
			wall.Seconds()/tcpdump.Seconds(), float64(j.peak)/1e6)
	}
	return nil
}

// start prints how long a run on a small file is.
func (b *bench) start() error {
	const times = 20
	jobs := []*job{b.of("no plugin", b.small, "", "")}
	for _, r := range append(slices.Clone(runtimes), "worker") {
		jobs = append(jobs, b.of(r, b.small, both, r))
	}
	if err := turns(jobs, times+1, false); err != nil {
		return err
	}
	fmt.Printf("\n| a run on a small file, medians of %d in turns | ms | cpu ms |\n|---|---|---|\n", times)
	for _, j := range jobs {
		fmt.Printf("| %s | %.0f | %.0f |\n", j.name, median(j.wall[1:]).Seconds()*1e3, median(j.cpu[1:]).Seconds()*1e3) // the first one filled caches
	}
	return nil
}

// per returns nanoseconds a packet.
func per(d time.Duration, packets int) float64 { return float64(d.Nanoseconds()) / float64(packets) }
