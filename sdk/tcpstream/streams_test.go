package tcpstream_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest"
	"github.com/t2host/t2host/sdk/tcpstream"
)

// collect is a plugin that writes each direction's bytes as its column, with gaps as [n].
func collect(c tcpstream.Config) *sdk.Plugin {
	all := sdk.NewColumn[string]("bytes", "of the stream")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "collect", Number: 300, Version: "1.0.0", Doc: "collects streams for a test",
		Starts: tcpstream.Starts, Packets: tcpstream.Packets, Ends: sdk.End(field.FlowInd), State: tcpstream.State(),
		Columns: []sdk.AnyColumn{all},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			out := all.Writer(env)
			var flows sdk.PerFlow[string]
			c.Data = func(flow uint32, data []byte) { *flows.At(flow) += string(data) }
			c.Gap = func(flow, n uint32) { *flows.At(flow) += fmt.Sprintf("[%d]", n) }
			c.End = func(flow uint32, why tcpstream.End) {
				*flows.At(flow) += "." + [...]string{"timeout", "fin", "rst"}[why]
			}
			s := tcpstream.New(c)
			return &sdk.Loop{StartFlow: s.StartFlow, Packet: s.Packet, EndFlow: func(end sdk.EndRow) error {
				s.EndFlow(end.Flow())
				out.Put(end, flows.Take(end.Flow()))
				return nil
			}}, nil
		},
	})
}

const (
	to   = "10.0.0.1:1000 > 10.0.0.2:80 "
	from = "10.0.0.2:80 > 10.0.0.1:1000 "
)

// TestStreams: what comes of segments. A line is a packet; its direction is to the server with >, from it with <.
func TestStreams(t *testing.T) {
	for _, c := range []struct {
		name    string
		config  tcpstream.Config
		packets string
		want    string // of the direction to the server
	}{
		{"in order", tcpstream.Config{}, "> S seq=9|> P seq=10 text=ab|> P seq=12 text=cd|> F seq=14", "abcd.fin"},
		{"out of order", tcpstream.Config{}, "> S seq=9|> P seq=12 text=cd|> P seq=10 text=ab|> P seq=14 text=e", "abcde.timeout"},
		{"begun in the middle", tcpstream.Config{}, "> P seq=1000 text=ab|> P seq=1002 text=cd", "abcd.timeout"},
		{"retransmitted", tcpstream.Config{}, "> S seq=9|> P seq=10 text=ab|> P seq=10 text=ab|> P seq=10 text=abcd|> P seq=13 text=de", "abcde.timeout"},
		{"other bytes come again", tcpstream.Config{}, "> S seq=9|> P seq=12 text=cd|> P seq=12 text=CDE|> P seq=10 text=ab", "abcdE.timeout"},
		{"other bytes, the last count", tcpstream.Config{LastWins: true}, "> S seq=9|> P seq=12 text=cdef|> P seq=13 text=DE|> P seq=10 text=ab", "abcDEf.timeout"},
		{"what was handed on stays", tcpstream.Config{LastWins: true}, "> S seq=9|> P seq=10 text=ab|> P seq=10 text=AB", "ab.timeout"},
		{"between two that wait", tcpstream.Config{}, "> S seq=9|> P seq=12 text=c|> P seq=14 text=e|> P seq=11 text=BCDEF|> P seq=10 text=a", "aBcDeF.timeout"},
		{"missing at the end", tcpstream.Config{}, "> S seq=9|> P seq=10 text=ab|> P seq=15 text=fg", "ab[3]fg.timeout"},
		{"missing, and acknowledged", tcpstream.Config{}, "> S seq=9|< SA seq=0 ack=10|> P seq=12 text=cd|< . seq=1 ack=14|> P seq=14 text=e", "[2]cde.timeout"},
		{"acknowledged before it is captured", tcpstream.Config{}, "> S seq=9|< SA seq=0 ack=10|< . seq=1 ack=12|> P seq=10 text=ab|> P seq=12 text=c", "abc.timeout"},
		{"a reset", tcpstream.Config{}, "> S seq=9|> P seq=10 text=ab|> P seq=15 text=z|< R seq=1", "ab[3]z.rst"},
		{"data after a FIN", tcpstream.Config{}, "> S seq=9|> F seq=12|> P seq=10 text=ab|> P seq=13 text=x", "ab.fin"},
		{"numbers wrap", tcpstream.Config{}, "> S seq=4294967293|> P seq=0 text=cd|> P seq=4294967294 text=ab", "abcd.timeout"},
		{"more waits than may", tcpstream.Config{PerFlow: 140}, "> S seq=9|> P seq=12 text=c|> P seq=14 text=e|> P seq=16 text=g|> P seq=10 text=a", "[2]c[1]e[1]g.timeout"},
		{"more waits than may in all", tcpstream.Config{Total: 70}, "> S seq=9|> P seq=12 text=c|> P seq=14 text=e", "[2]c[1]e.timeout"},
	} {
		var packets strings.Builder
		for i, line := range strings.Split(c.packets, "|") {
			direction := to
			if line[0] == '<' {
				direction = from
			}
			fmt.Fprintf(&packets, "%d.%d %s%s\n", i/10, i%10, direction, line[2:])
		}
		got, err := sdktest.Run("-- packets --\n"+packets.String(), collect(c.config))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !strings.Contains(got["records"], "bytes="+c.want+"\n") {
			t.Errorf("%s:\n%swant bytes=%s", c.name, got["records"], c.want)
		}
	}
}
