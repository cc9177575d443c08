package txtsink_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/txtsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// beside is the plugin in a run with others, which a text case has only if they are
// required.
func beside(others ...*sdk.Plugin) *sdk.Plugin {
	p := *txtsink.Plugin
	for _, o := range others {
		p.Requires = append(p.Requires, sdk.Requirement{Name: o.Name})
	}
	return &p
}

func TestCases(t *testing.T) {
	sdktest.Cases(t, "testdata/*.txtar", kinds, tcpwin.Plugin, beside(kinds, tcpwin.Plugin))
}

func TestAlone(t *testing.T) { sdktest.Cases(t, "testdata/alone/*.txtar", txtsink.Plugin) }

func TestREADME(t *testing.T) { sdktest.README(t, txtsink.Plugin, "README.md") }

// opening is that of a run with tcpwin and kinds.
func opening(settings ...setting.Value) sdk.Opening {
	o := sdk.Opening{
		Values: settings, Host: "t2host 9.9.9", Started: 1795455251_000764813,
		Loaded: []sdk.Loaded{{Name: "tcpwin", Version: "1.0.0"}, {Name: "kinds", Version: "2.1.0"}, {Name: "txtsink", Version: "1.0.0"}},
	}
	for _, p := range []*sdk.Plugin{tcpwin.Plugin, kinds} {
		for _, c := range p.Columns {
			c.Name = p.Name + "." + c.Name
			o.Columns = append(o.Columns, c)
		}
	}
	return o
}

// sent returns what a plugin sent through an outlet.
func sent(b *sdk.Batch, outlet string) string {
	var out bytes.Buffer
	for _, f := range b.Out.Frames {
		if txtsink.Plugin.Outlets[f.Outlet].Name == outlet {
			out.Write(f.Data)
		}
	}
	return out.String()
}

func TestHeadersFile(t *testing.T) {
	stage, err := txtsink.Plugin.Open(opening(setting.Value{Name: "except", Text: "tcpwin.tcpWinShutTime,tcpWinShutMax,kinds.u16,u32,u64,h16,h32,f64"}))
	if err != nil {
		t.Fatal(err)
	}
	var b sdk.Batch
	if err := stage.Batch(&b); err != nil {
		t.Fatal(err)
	}
	const want = `# Date: 1795455251.000764813 sec (Mon 23 Nov 2026 17:34:11 UTC)
# t2host 9.9.9
#
# Plugins loaded:
#   01: tcpwin, version 1.0.0
#   02: kinds, version 2.1.0
#   03: txtsink, version 1.0.0
#
# Col No.	Type	Name	Description
1	C	dir	Flow direction
2	U64	flowInd	Flow index
3	H8	tcpWinStat	window size threshold status: 0x01 undershot
4	U32	tcpWinThCnt	packets below the window size threshold
5	U32	tcpWinRstCnt	resets among the packets below the window size threshold
6	U8	u8	a byte
7	H8	h8	flags
8	H64	h64	
9	I64	i64	signed
10	F	f32	
11	U64.U32	first	first packet
12	U64.U32	duration	
13	IPX	ip	source
14	MAC	mac	
15	SC	text	
16	S	string	
17	MAC:R	macs	cards
18	SC:R	texts	as\tthey are
19	U16:R	u16s	
`
	if diff := cmp.Diff(want, sent(&b, "headers")); diff != "" {
		t.Errorf("headers file (-want +got):\n%s", diff)
	}
	b.Final = true
	if err := stage.Batch(&b); err != nil {
		t.Fatal(err)
	}
	if got := sent(&b, "headers") + sent(&b, "flows"); got != "" {
		t.Errorf("the second batch sent %q", got)
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct{ name, columns, except, want string }{
		{"named order, each once", "ip, dir ,kinds.ip,u8", "", "%ip\tdir\tu8"},
		{"a plugin", "flowInd,tcpwin.*", "", "%flowInd\ttcpWinStat\ttcpWinThCnt\ttcpWinShutTime\ttcpWinShutMax\ttcpWinRstCnt"},
		{"first one, then all others", "tcpwin.tcpWinThCnt,*", "kinds.*", "%tcpWinThCnt\tdir\tflowInd\ttcpWinStat\ttcpWinShutTime\ttcpWinShutMax\ttcpWinRstCnt"},
		{"nothing is all", " ", "kinds.*,tcpwin.*", "%dir\tflowInd"},
	} {
		stage, err := txtsink.Plugin.Open(opening(setting.Value{Name: "columns", Text: c.columns}, setting.Value{Name: "except", Text: c.except}))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var b sdk.Batch
		if err := stage.Batch(&b); err != nil {
			t.Fatal(err)
		}
		if got := sent(&b, "flows"); got != c.want+"\n" {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestColumnsThatAreNotThere(t *testing.T) {
	for _, c := range []struct{ columns, except, want string }{
		{"dir,tcpWinCnt", "", "setting columns names tcpWinCnt, which is not a column of this run, did you mean tcpWinThCnt?"},
		{"*", "tcpwin.thCnt", "setting except names tcpwin.thCnt, which is not a column of this run, did you mean tcpWinThCnt?"},
		{"kind.*", "", "setting columns names kind.*, which is not a column of this run, did you mean kinds.*?"},
		{"FLOWIND", "", "setting columns names FLOWIND, which is not a column of this run, did you mean flowInd?"},
		{"dir", "*", "settings columns and except leave no column: name one"},
		{",", "", "settings columns and except leave no column: name one"},
	} {
		_, err := txtsink.Plugin.Open(opening(setting.Value{Name: "columns", Text: c.columns}, setting.Value{Name: "except", Text: c.except}))
		if err == nil || err.Error() != c.want {
			t.Errorf("columns=%s except=%s: got %v, want %s", c.columns, c.except, err, c.want)
		}
	}
	_, err := txtsink.Plugin.Open(sdk.Opening{Values: []setting.Value{{Name: "columns", Text: "windowSize"}}})
	if want := "setting columns names windowSize, which is not a column of this run (known: dir, flowInd)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// records is a batch of n flow ends with the columns that o names.
func records(n int, o sdk.Opening) *sdk.Batch {
	b := &sdk.Batch{Ends: sdk.Ends{N: n, Flow: make([]uint32, n), Before: make([]uint32, n), Order: make([]uint32, n), Dir: make([]uint8, n), FlowInd: make([]uint64, n)}}
	for _, c := range o.Columns {
		v := value.Vec{Type: c.Type}
		for i := range n {
			data := bytes.Repeat([]byte{byte(i)}, c.Type.Size())
			if c.Type == value.Text|value.List {
				data = c.Type.AppendTo(nil, []byte("eth:ipv4:tcp"))
			}
			v.Append(data)
		}
		b.Ends.Columns = append(b.Ends.Columns, v)
	}
	for i := range n {
		b.Ends.Dir[i], b.Ends.FlowInd[i] = uint8(i&1), uint64(i/2+1)
	}
	return b
}

// TestFramesAreWholeLines: a frame leaves whole, so it holds no torn record.
func TestFramesAreWholeLines(t *testing.T) {
	o := opening()
	stage, err := txtsink.Plugin.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	b := records(1000, o)
	if err := stage.Batch(b); err != nil {
		t.Fatal(err)
	}
	frames, lines := 0, 0
	for _, f := range b.Out.Frames[1:] {
		frames++
		lines += bytes.Count(f.Data, []byte("\n"))
		if !bytes.HasSuffix(f.Data, []byte("\n")) || len(f.Data) > 66_000 {
			t.Errorf("a frame of %d bytes ends with %q", len(f.Data), f.Data[len(f.Data)-1])
		}
	}
	if frames < 3 || lines != 1001 {
		t.Errorf("%d lines in %d frames", lines, frames)
	}
}

func TestRecordsTakeNoMemory(t *testing.T) {
	o := opening()
	stage, err := txtsink.Plugin.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	b := records(1000, o)
	if n := testing.AllocsPerRun(10, func() {
		if err := stage.Batch(b); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations for 1000 records", n)
	}
	if got := sent(b, "flows"); strings.Count(got, "\n") != 1000 {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
}
