package txtsink_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/txtsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest"
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

// opening is that of a run in which these columns leave.
func opening(columns ...sdk.ColumnInfo) sdk.Opening {
	return sdk.Opening{
		Host: "t2host 9.9.9", Started: 1795455251_000764813, Columns: columns,
		Loaded: []sdk.Loaded{{Name: "tcpwin", Version: "1.0.0"}, {Name: "kinds", Version: "2.1.0"}, {Name: "txtsink", Version: "1.0.0"}},
	}
}

func TestHeadersFile(t *testing.T) {
	columns := []sdk.ColumnInfo{{Name: "dir", Type: value.Text, Doc: "Flow direction"}}
	for _, p := range []*sdk.Plugin{tcpwin.Plugin, kinds} {
		for _, c := range p.Columns {
			c.Name = p.Name + "." + c.Name
			columns = append(columns, c)
		}
	}
	stage, err := txtsink.Plugin.Open(opening(columns...))
	if err != nil {
		t.Fatal(err)
	}
	b := sdk.Batch{Final: true}
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
2	H8	tcpWinStat	window size threshold status: 0x01 undershot
3	U32	tcpWinThCnt	packets below the window size threshold
4	U64.U32	tcpWinShutTime	time with the window below the threshold
5	U64.U32	tcpWinShutMax	longest time with the window below the threshold
6	U32	tcpWinRstCnt	resets among the packets below the window size threshold
7	U8	u8	a byte
8	U16	u16	
9	U32	u32	
10	U64	u64	
11	H8	h8	flags
12	H16	h16	
13	H32	h32	
14	H64	h64	
15	I64	i64	signed
16	F	f32	
17	D	f64	
18	U64.U32	first	first packet
19	U64.U32	duration	
20	IPX	ip	source
21	MAC	mac	
22	SC	text	
23	S	string	
24	MAC:R	macs	cards
25	SC:R	texts	as\tthey are
26	U16:R	u16s	
`
	got := ""
	for _, f := range b.Out.Frames {
		if txtsink.Plugin.Outlets[f.Outlet].Name == "headers" {
			got += string(f.Data)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers file (-want +got):\n%s", diff)
	}
}
