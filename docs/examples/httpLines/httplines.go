// Package httplines writes the request lines of HTTP/1 (RFC 9112) from the bytes of TCP connections
// in order: a line of the file for each.
package httplines

import (
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/tcpstream"
)

// Settings of an opened plugin.
type Settings struct{ Suffix string }

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "httpLines", Number: 931, Version: "0.1.0",
	Doc:      "writes the request lines of HTTP/1, from the bytes of TCP connections in order",
	Defaults: Settings{Suffix: "_http.txt"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.TextSetting("suffix", &s.Suffix, "the file is the output prefix and this")}
	},
	Starts:  sdk.StartSelect{On: true, Fields: tcpstream.Starts.Fields | field.FlowInd | field.SrcIP | field.DstIP | field.DstPort},
	Packets: tcpstream.Packets,
	Ends:    sdk.End(),
	Metrics: []*sdk.Metric{requests, gaps},
	Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
	State:   tcpstream.State() + sdk.StateOf[flow](),
	Open:    open,
})

// What the plugin counts.
var (
	requests = sdk.NewCounter("requests", "request lines")
	gaps     = sdk.NewCounter("gaps", "bytes that were not captured, in flows with requests").In("bytes")
)

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{lines: env.Outlet("lines"), requests: requests.Writer(env), gaps: gaps.Writer(env)}
	k.streams = tcpstream.New(tcpstream.Config{Data: k.data, Gap: k.gap})
	return &sdk.Loop{StartFlow: k.startFlow, Packet: k.streams.Packet, EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	streams *tcpstream.Streams
	flows   sdk.PerFlow[flow]
	lines   *sdk.OutletWriter
	buf     []byte
	total   uint64

	requests, gaps sdk.MetricWriter
}

// flow is one direction.
type flow struct {
	flowInd  uint64
	src, dst sdk.IP
	port     uint16
	parser   parser
}

func (k *sink) startFlow(start sdk.StartRow) {
	k.streams.StartFlow(start)
	*k.flows.At(start.Flow()) = flow{flowInd: start.FlowInd(), src: start.SrcIP(), dst: start.DstIP(), port: start.DstPort()}
}

// data parses the next bytes of a flow.
func (k *sink) data(slot uint32, data []byte) {
	f := k.flows.At(slot)
	f.parser.write(data, func(line []byte) {
		b := strconv.AppendUint(k.buf[:0], f.flowInd, 10)
		b = f.src.Append(append(b, '\t'))
		b = f.dst.Append(append(b, '\t'))
		b = strconv.AppendUint(append(b, '\t'), uint64(f.port), 10)
		k.buf = append(appendPrintable(append(b, '\t'), line), '\n')
		k.lines.Send(k.buf)
		k.total++
		k.requests.Add(1)
	})
}

// gap goes on after bytes that are missing.
func (k *sink) gap(slot, n uint32) {
	if p := &k.flows.At(slot).parser; p.skip(uint64(n)) {
		k.gaps.Add(uint64(n))
	}
}

func (k *sink) endFlow(end sdk.EndRow) error {
	k.streams.EndFlow(end.Flow())
	k.flows.Take(end.Flow())
	return nil
}

// report adds the plugin's line to the end report.
func (k *sink) report(r *sdk.Report) { r.Summary("HTTP requests: " + sdk.Count(k.total)) }

// appendPrintable appends bytes with all escaped that are not printable ASCII, as \xHH.
func appendPrintable(b, line []byte) []byte {
	const hex = "0123456789abcdef"
	for _, c := range line {
		if c < ' ' || c > '~' || c == '\\' {
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return b
}
