package main

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// line is a line of a chart: y over x.
type line struct {
	name string
	plotter.XYs
}

// colours of lines are told apart by people who see few of them (Okabe and Ito), on white and on black.
var colours = []color.RGBA{{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {230, 159, 0, 255}}

// chart is what a picture shows.
type chart struct {
	name, title, x, y string
	logX              bool
	ticks             []plot.Tick // of x; nil: at the points
	lines             []line
}

// draw writes the chart as SVG, and its numbers to standard output.
func (b *bench) draw(c chart) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.title, c.x, c.y
	p.Y.Min = 0
	if c.logX {
		p.X.Scale = plot.LogScale{}
	}
	ticks := c.ticks
	for i, l := range c.lines {
		drawn, points, err := plotter.NewLinePoints(l.XYs)
		if err != nil {
			return err
		}
		drawn.Color, points.Color = colours[i%len(colours)], colours[i%len(colours)]
		drawn.Width, points.Shape = vg.Points(1.5), draw.CircleGlyph{}
		p.Add(drawn, points)
		p.Legend.Add(l.name, drawn, points)
		for _, xy := range l.XYs {
			p.Y.Max = max(p.Y.Max, xy.Y*1.25)
			if i == 0 && c.ticks == nil {
				ticks = append(ticks, plot.Tick{Value: xy.X, Label: short(xy.X)})
			}
		}
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	p.Add(plotter.NewGrid())
	p.Legend.Top, p.Legend.Left = true, true
	c.print(ticks)
	if err := os.MkdirAll(b.charts, 0o755); err != nil {
		return err
	}
	return p.Save(18*vg.Centimeter, 9*vg.Centimeter, filepath.Join(b.charts, c.name+".svg"))
}

// print writes the numbers as a table.
func (c chart) print(ticks []plot.Tick) {
	fmt.Printf("\n| %s; %s |", c.title, c.x)
	for _, t := range ticks {
		fmt.Printf(" %s |", t.Label)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---|", len(ticks)))
	for _, l := range c.lines {
		fmt.Printf("| %s |", l.name)
		for _, xy := range l.XYs {
			fmt.Printf(" %.0f |", xy.Y)
		}
		fmt.Println()
	}
}

// short returns 1000 as 10³ if it is such a power, and other numbers as they are.
func short(x float64) string {
	if e := math.Round(math.Log10(x)); e >= 3 && math.Pow(10, e) == x {
		return "10" + string([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[int(e)])
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// flows draws the cost of a packet over the number of flows that live.
func (b *bench) flows() error {
	lines := make([]line, 3)
	var sizes []float64
	for i, n := range []int{1e3, 1e4, 1e5, 1e6, 1e7} {
		packets := max(4_000_000, 2*n)
		path := b.path("flows.pcap")
		if err := flows(n, packets, path); err != nil {
			return err
		}
		limit := []string{"--set", "flow.max_flows=16777216"}
		jobs := []*job{{name: "tcpdump -w /dev/null", args: []string{"tcpdump", "-r", path, "-w", "/dev/null"}}}
		for _, r := range []string{"inproc", "wasm"} {
			jobs = append(jobs, b.of("tcpwin, "+r, path, "tcpwin", r, limit...))
		}
		if err := turns(jobs, min(b.rounds, 3), true); err != nil {
			return err
		}
		for k, j := range jobs {
			lines[k].name = j.name
			lines[k].XYs = append(lines[k].XYs, plotter.XY{X: float64(n), Y: per(median(j.wall), packets)})
		}
		if sizes = append(sizes, float64(jobs[1].peak)/1e6); i == 4 {
			fmt.Printf("\nmemory with tcpwin, inproc, MB: %.0f\n", sizes)
		}
	}
	return b.draw(chart{name: "flows", title: "Nanoseconds a packet over live flows", x: "live flows", y: "ns a packet", logX: true, lines: lines})
}

// over draws the cost of a packet of the long capture for each runtime over what changes.
func (b *bench) over(c chart, values []float64, makes func(value float64, runtime, capture string) *job) error {
	capture, packets, err := b.longCapture()
	if err != nil {
		return err
	}
	var jobs []*job
	for _, v := range values {
		for _, r := range runtimes {
			jobs = append(jobs, makes(v, r, capture))
		}
	}
	if err := turns(jobs, min(b.rounds, 3), false); err != nil {
		return err
	}
	for k, r := range runtimes {
		l := line{name: r}
		for i, v := range values {
			l.XYs = append(l.XYs, plotter.XY{X: v, Y: per(median(jobs[i*len(runtimes)+k].wall), packets)})
		}
		c.lines = append(c.lines, l)
	}
	c.y = "ns a packet"
	return b.draw(c)
}

// plugins draws it over the number of plugins.
func (b *bench) plugins() error {
	all := []string{"tcpwin", "tcpwinsink", "tcpstates", "basicflow", "basicstats", "txtsink", "communityid", "octets", "socketsink", "netflowsink"}
	return b.over(chart{name: "plugins", title: "Nanoseconds a packet over plugins", x: "plugins: " + strings.Join(all, ", ")}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
		func(n float64, runtime, capture string) *job {
			return b.of("", capture, strings.Join(all[:int(n)], ","), runtime, "--set", "socketsink.to=text:/dev/null", "--set", "netflowsink.to=netflow9:/dev/null")
		})
}

// batches draws it over the rows of a batch.
func (b *bench) batches() error {
	return b.over(chart{name: "batches", title: "Nanoseconds a packet over rows of a batch", x: "rows", logX: true}, []float64{16, 64, 256, 1024, 4096, 16384, 65536},
		func(rows float64, runtime, capture string) *job {
			return b.of("", capture, both, runtime, "--set", fmt.Sprint("batch.rows=", int(rows)))
		})
}

// cores draws it over the cores of the machine that may be used.
func (b *bench) cores() error {
	return b.over(chart{name: "cores", title: "Nanoseconds a packet over cores", x: "cores"}, []float64{1, 2}, func(n float64, runtime, capture string) *job {
		j := b.of("", capture, whole, runtime)
		j.args = append([]string{"taskset", "-c", "0-" + strconv.Itoa(int(n)-1)}, j.args...)
		return j
	})
}
