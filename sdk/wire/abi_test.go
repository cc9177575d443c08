package wire_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

var update = flag.Bool("update", false, "write what ABI.md shows anew")

// TestABI: what ABI.md shows of the code is what the code does.
func TestABI(t *testing.T) {
	data, err := os.ReadFile("ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for mark, want := range map[string]string{
		"imports": "\n```text\n" + strings.Join(wasm.Imports(), "\n") + "\n```\n",
		"fields":  fields(),
		"example": example(),
	} {
		before, rest, ok := strings.Cut(text, "<!-- "+mark+" -->\n")
		shown, after, ok2 := strings.Cut(rest, "<!-- /"+mark+" -->\n")
		if !ok || !ok2 {
			t.Fatalf("no marks for %s", mark)
		}
		if shown != want && !*update {
			t.Errorf("%s in ABI.md is stale. To update, run go test ./sdk/wire -update", mark)
		}
		text = before + "<!-- " + mark + " -->\n" + want + "<!-- /" + mark + " -->\n" + after
	}
	if *update {
		if err := os.WriteFile("ABI.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func fields() string {
	var b strings.Builder
	b.WriteString("\n| of | field | bytes |\n|---|---|---|\n")
	for _, name := range sdk.PacketFields.Names() {
		s := sdk.PacketSelect{Rows: sdk.TCPRows, Fields: sdk.PacketFieldNamed(name)}
		fmt.Fprintf(&b, "| packets | `%s` | %d |\n", name, s.Size()-4)
	}
	for _, name := range sdk.EndFields.Names() {
		s := sdk.EndSelect{On: true, Fields: sdk.EndFieldNamed(name)}
		fmt.Fprintf(&b, "| ends | `%s` | %d |\n", name, s.Size()-8)
	}
	b.WriteString(`
Times are nanoseconds since 1970 UTC (i64), lengths bytes, ports numbers. ` + "`window` is 65536, and `tcpFlags` 0, where the\n" +
		"packet was cut before it. `tcpFlags` are CWR ECE URG ACK PSH RST SYN FIN from the highest bit. `dir` is 0 for A, the client's\n" +
		"direction, and 1 for B. `tcpStates` is T2's tcpStatesAFlags. `utcOffset` is seconds east of UTC (i32) at `at`, in the host's zone.\n")
	return b.String()
}

func example() string {
	p := &sdk.Plugin{Packets: sdk.TCP(sdk.Window), Ends: sdk.End(sdk.SrcIP)}
	b := &sdk.Batch{
		Number: 1, First: 1, Last: 3, Time: 1e9, Final: true,
		Packets: sdk.Packets{N: 2, Flow: []uint32{0, 1}, Window: []uint32{0, 512}},
		Ends:    sdk.Ends{N: 1, Flow: []uint32{0}, Before: []uint32{2}, SrcIP: []sdk.IP{sdk.IPv4([16]byte{192, 0, 2, 1})}},
	}
	notes := map[int]string{
		0: "length, version, kind", 8: "number", 16: "first frame", 24: "last frame", 32: "packet time, 1 s",
		40: "last batch; 2 packet rows", 48: "1 flow end; no changes", 56: "slots 0, 1", 64: "windows 0, 512",
		72: "slot 0, padding", 80: "2 rows before it, padding", 88: "192.0.2.1 …", 96: "", 104: "… padding to 4",
	}
	msg := wire.AppendBatch(nil, p, b)
	var s strings.Builder
	s.WriteString("\n```text\n")
	for at := 0; at < len(msg); at += 8 {
		row := fmt.Sprintf("%4d  % x", at, msg[at:min(at+8, len(msg))])
		fmt.Fprintln(&s, strings.TrimRight(fmt.Sprintf("%-32s%s", row, notes[at]), " "))
	}
	s.WriteString("```\n")
	return s.String()
}
