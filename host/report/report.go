// Package report turns the figures of a run into the end report: T2's sections
// and lines, then what each plugin cost, what each outlet sent, and what was
// dropped, evicted or damaged.
//
// T2 also shows its compilation, a priority and a sensor, which do not exist here. A line
// whose figure would be meaningless (a dump of 1970, 65535 headers) is left out.
package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/sdk"
)

// Report is the figures of a run.
type Report struct {
	PID     int
	Date    time.Time // of the run; of one that goes on, now
	Files   []string
	Plugins []Plugin
	Outlets []Outlet

	Links      []string // link types of the captures, each once
	Snaplen    uint32   // of the captures, the largest
	Done, Size int64    // bytes of the captures as stored: up to the last packet, and in all; Size 0: unknown

	Sensor           uint32        // its number
	Now              int64         // of a run that goes on: packet time, nanoseconds since 1970 UTC
	Start, Stop      int64         // packet time, nanoseconds since 1970 UTC
	Back             Back          // where it went back
	Live             *Live         // of an interface; nil: the input is files
	Kept             *Kept         // frames of the input that were kept; nil: none
	LeftOut          uint64        // frames that the filter left out
	Lag              time.Duration // of a live input: how long after its time the last packet came, or one shortly before
	Late             uint64        // packets from before a time that had passed without packets
	Elapsed          time.Duration // from the start to the last packet
	Flushed          time.Duration // to the last flow's end
	Counts           decode.Counts
	SkippedLinks     uint64 // packets of other link types than the first, if only those are read
	Flows            flowtable.Stats
	Alarms           Alarms
	MaxFlows         int      // setting flow.max_flows
	Memory, Physical uint64   // bytes: of the process, and of the machine; Physical 0: unknown
	Damage           []string // of the captures
	Warnings         []string // what the user was told during the run
}

// Back is where packets are older than the packet before them.
type Back struct {
	Packets uint64 // such packets
	First   uint64 // the number of the first one
	By      int64  // nanoseconds that time went back there
	Most    int64  // nanoseconds, the most
}

// Alarms are those of plugins' columns.
type Alarms struct {
	Alarms uint64 // the sum of the columns
	Flows  uint64 // flow records that have one
	Ends   uint64 // flow records
}

// Add adds a packet that is by nanoseconds older than the one before.
func (b *Back) Add(number uint64, by int64) {
	if b.Packets == 0 {
		b.First, b.By = number, by
	}
	b.Packets++
	b.Most = max(b.Most, by)
}

// Plugin is one plugin's part.
type Plugin struct {
	Name, Version, Runtime string
	RequiredBy             []string
	Files                  []string // its input files
	Lines                  []string // all of them
	Summary                []string // those that answer the user's question
	Cost                   time.Duration
	Bytes                  uint64 // of the rows that were sent to it
	Memory                 uint64 // bytes, at most; 0: it is not known, or part of t2host's own
	Metrics                []Metric
	Failed                 bool   // it was taken out
	Lost                   uint64 // flow ends since
	Ends, Alarms           uint64 // flow ends, and those with an alarm, if it is limited to these
}

// Metric is a metric of a plugin and its last value: of a gauge an int64.
type Metric struct {
	sdk.Metric
	Value uint64
}

// Number returns the value in decimal.
func (m *Metric) Number() string {
	if m.Gauge {
		return strconv.FormatInt(int64(m.Value), 10)
	}
	return strconv.FormatUint(m.Value, 10)
}

// text returns the metric as "seen=12 packets".
func (m *Metric) text() string {
	text := m.Name + "=" + m.Number()
	if m.Unit != "" {
		text += " " + m.Unit
	}
	return text
}

// Outlet is one outlet's part.
type Outlet struct {
	Name, Target string
	HasRows      bool // Stats counts rows, not reports, where it counts what arrived or was lost
	outlet.Stats
}

// Delivered returns how much was delivered: rows, or reports.
func (o *Outlet) Delivered() uint64 {
	if o.HasRows {
		return o.Rows
	}
	return o.Frames
}

// Head returns what is known before the first packet.
func (r *Report) Head() string {
	var b strings.Builder
	rule := strings.Repeat("=", width)
	fmt.Fprintf(&b, "%s\n%s. PID: %d\n%s\n", rule, version.Product(), r.PID, rule)
	fmt.Fprintf(&b, "Date: %s\n", stamp(r.Date.UnixNano(), r.Date.Location()))
	b.WriteString("[INF] Creating flows for L2, IPv4, IPv6\n")
	if len(r.Plugins) > 0 {
		b.WriteString("Active plugins:\n")
	}
	for i, p := range r.Plugins {
		by := ""
		if len(p.RequiredBy) > 0 {
			by = " (required by " + strings.Join(p.RequiredBy, ", ") + ")"
		}
		fmt.Fprintf(&b, "    %02d: %s, %s, %s%s\n", i+1, p.Name, p.Version, p.Runtime, by)
		for _, f := range p.Files {
			fmt.Fprintf(&b, "        reads %s\n", printable.Line(f))
		}
	}
	for _, f := range r.Files {
		fmt.Fprintf(&b, "Processing file: %s\n", printable.Line(f))
	}
	return b.String()
}
