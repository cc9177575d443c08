package wire_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/internal/fields"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

var update = flag.Bool("update", false, "write what ABI.md shows anew")

// between returns the text before, inside and after a pair of marks of ABI.md.
func between(t *testing.T, text, mark string) (before, shown, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(text, "<!-- "+mark+" -->\n")
	shown, after, ok2 := strings.Cut(rest, "<!-- /"+mark+" -->\n")
	if !ok || !ok2 {
		t.Fatalf("no marks for %s", mark)
	}
	return before, shown, after
}

func page(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestABI: what ABI.md shows of the code is what the code does.
func TestABI(t *testing.T) {
	text := page(t)
	for mark, want := range map[string]string{
		"types":   types(),
		"fields":  fieldTable(),
		"example": exampleBatch(),
		"answer":  exampleAnswer(t),
	} {
		before, shown, after := between(t, text, mark)
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

// TestABIManifest: the manifest of ABI.md is read, and is what would be written
// of it, so that no member of it is out of date.
func TestABIManifest(t *testing.T) {
	_, shown, _ := between(t, page(t), "manifest")
	shown = strings.TrimSuffix(strings.TrimPrefix(shown, "\n```json\n"), "```\n")
	plugins, err := manifest.Read([]byte(shown))
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(shown)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(wire.AppendManifest(nil, plugins...)), compact.String()); diff != "" {
		t.Errorf("-written +shown:\n%s", diff)
	}
	if info := tcpwin.LowWindows.Info(); !info.Same(&plugins[0].Imports[0]) {
		t.Errorf("the import shown is not %s: %v", info.Name, info)
	}
	for _, words := range [][]string{wire.SettingKinds, wire.RowKinds[field.TCPRows:], wire.OutletKinds} {
		for _, word := range words {
			if word != "" && !strings.Contains(page(t), "`"+word+"`") {
				t.Errorf("ABI.md does not say what %s is", word)
			}
		}
	}
}

// TestABILimits: the limits that ABI.md names are those of the code.
func TestABILimits(t *testing.T) {
	text := strings.Join(strings.Fields(page(t)), " ")
	for format, limit := range map[string]int{
		"A batch has at most %d MiB":   wire.MaxBatch,
		"its end at most %d MiB":       wire.MaxAnswer,
		"A frame has at most %d MiB":   answer.MaxFrame,
		"JSON, at most %d MiB":         manifest.MaxSize,
		"of at most %d MiB. It export": wasm.MaxModule,
		"all functions have %d MiB":    wasm.MaxCode,
	} {
		if want := fmt.Sprintf(format, limit>>20); !strings.Contains(text, want) {
			t.Errorf("ABI.md does not say: %s", want)
		}
	}
	if want := fmt.Sprintf("a function has at most %d KiB", wasm.MaxBody>>10); !strings.Contains(text, want) {
		t.Errorf("ABI.md does not say: %s", want)
	}
	for format, limit := range map[string]int{
		"At most %s entries":     wasm.MaxEntries,
		"at most %s parameters":  wasm.MaxParameters,
		"%s locals, all":         wasm.MaxLocals,
		"all together %s locals": wasm.MaxAllLocals,
		"tables have %s":         wasm.MaxElements,
	} {
		if want := fmt.Sprintf(format, grouped(limit)); !strings.Contains(text, want) {
			t.Errorf("ABI.md does not say: %s", want)
		}
	}
	if want := fmt.Sprintf("# The ABI of a t2host plugin, version %d ", wire.Version); !strings.HasPrefix(text, want) {
		t.Errorf("ABI.md does not begin with %s", want)
	}
}

// tablesSum is the SHA-256 of all tables and imports of ABI.md, so that none of them changes unseen. A
// change that old plugins, or old hosts, do not understand needs another version.
const tablesSum = "081713107acfbad2d890b55d3dcbc65903d9d447e4ba06ad7729e0199610fb10"

func TestABITables(t *testing.T) {
	h := sha256.New()
	for _, line := range regexp.MustCompile(`(?m)^(\||wasi_|t2host\.).*$`).FindAllString(page(t), -1) {
		fmt.Fprintln(h, line)
	}
	if sum := fmt.Sprintf("%x", h.Sum(nil)); sum != tablesSum {
		t.Errorf("the tables of ABI.md have the sum %s: where they mean something else than before, raise wire.Version", sum)
	}
}

// grouped is n with a comma at each thousand.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

var meanings = map[value.Type]string{
	value.Uint8: "unsigned", value.Hex8: "unsigned, shown as 0x and hex digits", value.Int64: "signed",
	value.Float32: "IEEE 754", value.Time: "signed: nanoseconds since 1970 UTC", value.Duration: "signed: nanoseconds",
	value.IP:   "a byte 4, 6, or 0 for none; then 16 bytes of address, of which IPv4 uses the first 4 and the rest is zero",
	value.MAC:  "as on the wire",
	value.Text: "bytes, shown as UTF-8 as far as they are", value.String: "the same, shown in quotes",
}

func types() string {
	var b strings.Builder
	b.WriteString("\n| type | bytes | |\n|---|---|---|\n")
	means := ""
	for t := value.Uint8; t.Valid(); t++ {
		if m, ok := meanings[t]; ok {
			means = m
		}
		size := strconv.Itoa(t.Size())
		if t.Size() == 0 {
			size = "any"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", t, size, means)
	}
	return b.String()
}

// fieldTable is the table of fields, as the SDK knows them.
func fieldTable() string {
	var b strings.Builder
	b.WriteString("\n| of | field | bytes | what it is |\n|---|---|---|---|\n")
	row := func(of string, f fields.Field, size int) {
		width := "`" + strings.ToLower(strings.TrimPrefix(f.Type, "Type")) + "`"
		if !f.List() {
			width = strconv.Itoa(size)
		} else if of == "ends" {
			width = "`" + field.FlowNamed(f.Name).Type().String() + "`"
		}
		ref := ""
		if f.Ref != "" {
			ref = " (" + f.Ref + ")"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s%s |\n", of, f.Name, width, f.Doc, ref)
	}
	for _, f := range fields.Packets {
		s := sdk.PacketSelect{Rows: field.TCPRows, Fields: field.PacketNamed(f.Name)}
		row("packets", f, s.Size()-4)
	}
	for _, f := range fields.Starts() {
		row("starts", f, field.FlowNamed(f.Name).Size())
	}
	for _, f := range fields.Ends {
		row("ends", f, field.FlowNamed(f.Name).Size())
	}
	return b.String()
}

func exampleBatch() string {
	p := &sdk.Plugin{Packets: sdk.TCP(field.Window), Ends: sdk.End(field.SrcIP)}
	b := &sdk.Batch{
		Number: 1, First: 1, Last: 3, Time: 1e9, Final: true, Events: 3, Totals: sdk.Totals{Packets: 3, Bytes: 180},
		Packets: sdk.Packets{N: 2, Flow: []uint32{0, 1}, Window: []uint32{0, 512}},
		Ends:    sdk.Ends{N: 1, Flow: []uint32{0}, Before: []uint32{2}, Order: []uint32{2}, SrcIP: []sdk.IP{sdk.IPv4([16]byte{192, 0, 2, 1})}},
	}
	msg := wire.AppendBatch(nil, p, b)
	return dump(msg, map[int]string{
		0: fmt.Sprintf("length %d; version 2, kind 1", len(msg)), 8: "section 1, 56 bytes", 16: "number", 24: "first frame", 32: "last frame", 40: "packet time, 1 s",
		48: "flag: last batch; 3 events", 56: "packets of the run", 64: "captured bytes of the run",
		72: "section 2, 24 bytes", 80: "2 packet rows; zero", 88: "slots 0, 1", 96: "windows 0, 512",
		104: "section 4, 49 bytes", 112: "1 flow end; zero", 120: "slot 0; padding to 8", 128: "2 rows before it; padding to 8", 136: "place 2; padding to 8", 144: "192.0.2.1 …",
		160: "… padding to 8",
	})
}

func exampleAnswer(t *testing.T) string {
	t.Helper()
	p := &sdk.Plugin{
		Columns: []sdk.ColumnInfo{{Name: "a", Type: value.Uint8}, {Name: "b", Type: value.Uint32}},
		Exports: []sdk.TableInfo{{Name: "p.t", Key: []sdk.ColumnInfo{{Name: "ip", Type: value.IP}}, Row: []sdk.ColumnInfo{{Name: "n", Type: value.Uint32}}}},
		Outlets: []sdk.Outlet{{Name: "lines"}},
	}
	key := sdk.IPv4([16]byte{192, 0, 2, 1}).AppendWire(nil)
	out := &answer.Answer{
		Columns: []value.Vec{{Type: value.Uint8, Data: []byte{1}}, {Type: value.Uint32, Data: []byte{7, 0, 0, 0}}},
		Deltas:  []answer.Delta{{At: 2, Key: key, Row: []byte{7, 0, 0, 0}}},
		Report:  []string{"done"},
	}
	out.AddFrame(0, []byte("one\n2\n"))
	msg := wire.AppendAnswer(nil, out, 1, "")
	if err := wire.ReadAnswer(msg, p, &sdk.Batch{Events: 3, Ends: sdk.Ends{N: 1}}, &answer.Answer{}); err != nil {
		t.Fatal(err)
	}
	return dump(msg, map[int]string{
		0: fmt.Sprintf("length %d; version 2, kind 2", len(msg)), 8: "section 1, 20 bytes", 16: "1 flow end; zero", 24: "a = 1; padding to 8", 32: "b = 7; padding to 8",
		40: "section 2, 48 bytes", 48: "1 change; zero", 56: "at place 2; table 0, flags 0", 64: "key of 17, row of 4 bytes", 72: "192.0.2.1 …", 88: "… row 7, padding to 4",
		96: "section 3, 24 bytes", 104: "1 frame; zero", 112: "outlet 0, flags 0; 6 bytes", 120: "one … 2, padding to 4", 128: "section 5, 16 bytes", 136: "1 report line; zero", 144: "4 bytes: done",
	})
}

// dump shows a message, eight bytes a line, with notes by offset.
func dump(msg []byte, notes map[int]string) string {
	var s strings.Builder
	s.WriteString("\n```text\n")
	for at := 0; at < len(msg); at += 8 {
		row := fmt.Sprintf("%4d  % x", at, msg[at:min(at+8, len(msg))])
		fmt.Fprintln(&s, strings.TrimRight(fmt.Sprintf("%-32s%s", row, notes[at]), " "))
	}
	s.WriteString("```\n")
	return s.String()
}
