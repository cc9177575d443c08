package encode

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// hostile are columns with the values that places for results have trouble with.
var hostile = []struct {
	column value.Column
	data   []byte
	json   string
	csv    string
}{
	{value.Column{Name: "u64", Type: value.Uint64}, num(8, math.MaxUint64), "18446744073709551615", "18446744073709551615"},
	{value.Column{Name: "i64", Type: value.Int64}, num(8, 1<<63), "-9223372036854775808", "-9223372036854775808"},
	{value.Column{Name: "h64", Type: value.Hex64}, num(8, math.MaxUint64), `"0xffffffffffffffff"`, "0xffffffffffffffff"},
	{value.Column{Name: "nan", Type: value.Float64}, num(8, math.Float64bits(math.NaN())), "null", ""},
	{value.Column{Name: "inf", Type: value.Float32}, num(4, uint64(math.Float32bits(float32(math.Inf(-1))))), "null", ""},
	{value.Column{Name: "f32", Type: value.Float32}, num(4, uint64(math.Float32bits(0.1))), "0.1", "0.1"},
	{value.Column{Name: "neg0", Type: value.Float64}, num(8, 1<<63), "0", "0"},
	{value.Column{Name: "tiny", Type: value.Float64}, num(8, 1), "5e-324", "5e-324"},
	{value.Column{Name: "time", Type: value.Time}, num(8, 1_500_000_000_000_000_001), `"2017-07-14T02:40:00.000000001Z"`, "2017-07-14T02:40:00.000000001Z"},
	{value.Column{Name: "back", Type: value.Duration}, num(8, uint64(1<<64-1_500_000_000)), "-1.500000000", "-1.500000000"},
	{value.Column{Name: "least", Type: value.Duration}, num(8, 1<<63), "-9223372036.854775808", "-9223372036.854775808"},
	{value.Column{Name: "ip6", Type: value.IP}, []byte("\x06\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), `"2001:db8::1"`, "2001:db8::1"},
	{value.Column{Name: "noip", Type: value.IP}, make([]byte, value.IPSize), "null", ""},
	{value.Column{Name: "mac", Type: value.MAC}, []byte{2, 0, 0, 0, 0, 1}, `"02:00:00:00:00:01"`, "02:00:00:00:00:01"},
	{value.Column{Name: "nul", Type: value.Text}, []byte("a\x00b"), `"a\u0000b"`, "a\ufffdb"},
	{value.Column{Name: "bytes", Type: value.Text}, []byte("\xff\xc3(é"), `"` + "\ufffd\ufffd(é" + `"`, "\ufffd\ufffd(é"},
	{value.Column{Name: "quotes", Type: value.String}, []byte("say \"hi\", \\ you\r\nand\tI "), `"say \"hi\", \\ you\u000d\u000aand\u0009I "`, "say \"hi\", \\ you\r\nand\tI "},
	{value.Column{Name: "empty", Type: value.Text}, nil, `""`, ""},
	{value.Column{Name: "list", Type: value.Uint16 | value.List}, []byte{1, 0, 0xff, 0xff}, "[1,65535]", "1;65535"},
	{value.Column{Name: "nolist", Type: value.Uint16 | value.List}, nil, "[]", ""},
	{value.Column{Name: "texts", Type: value.Text | value.List}, []byte("\x01\x00\x00\x00\"\x02\x00\x00\x00;\x00"), `["\"",";\u0000"]`, `\";;\u0000`},
	{value.Column{Name: "macs", Type: value.MAC | value.List}, []byte{2, 0, 0, 0, 0, 1}, `["02:00:00:00:00:01"]`, "02:00:00:00:00:01"},
	{value.Column{Name: `a,"b`, Type: value.Uint8}, []byte{7}, "7", "7"},
	{value.Column{Name: "long", Type: value.Text}, bytes.Repeat([]byte("x,"), 1<<19), `"` + strings.Repeat("x,", 1<<19) + `"`, strings.Repeat("x,", 1<<19)},
}

func num(size int, n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n)[:size] }

// hostileRows are n equal rows of the columns above.
func hostileRows(n int) ([]value.Column, *stream.Rows) {
	r := &stream.Rows{N: n}
	var columns []value.Column
	for _, h := range hostile {
		v := &value.Vec{Type: h.column.Type}
		for range n {
			v.Append(h.data)
		}
		columns, r.Columns = append(columns, h.column), append(r.Columns, v)
	}
	for i := range n {
		r.At = append(r.At, 1_500_000_000_000_000_000+int64(i))
	}
	return columns, r
}

// encoded returns the frames of rows, with the head as the first one.
func encoded(t *testing.T, format string, c Config, r *stream.Rows) (frames [][]byte) {
	t.Helper()
	rows := 0
	c.Emit = func(frame []byte, n int) error {
		frames, rows = append(frames, bytes.Clone(frame)), rows+n
		return nil
	}
	e, err := Named(format).New(c)
	if err != nil {
		t.Fatal(err)
	}
	frames = append(frames, bytes.Clone(e.Head(r.At[0])))
	for i := range r.N {
		if err := e.Put(r, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	if rows != r.N {
		t.Errorf("%s: frames with %d rows for %d", format, rows, r.N)
	}
	return frames
}

func TestJSON(t *testing.T) {
	columns, r := hostileRows(2)
	frames := encoded(t, "json", Config{Columns: columns}, r)
	if len(frames) != 3 || len(frames[0]) != 0 {
		t.Fatalf("%d frames, the first of %d bytes", len(frames), len(frames[0]))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(frames[1], &members); err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		if got := string(members[h.column.Name]); got != h.json {
			t.Errorf("%s: got %.80s, want %.80s", h.column.Name, got, h.json)
		}
	}
	if frames[1][len(frames[1])-1] != '\n' || bytes.Count(frames[1], []byte("\n")) != 1 {
		t.Error("a row is not one line")
	}
}

func TestCSV(t *testing.T) {
	columns, r := hostileRows(3)
	frames := encoded(t, "csv", Config{Columns: columns, Frame: 100}, r)
	records, err := csv.NewReader(bytes.NewReader(bytes.Join(frames, nil))).ReadAll()
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, h := range hostile {
		if records[0][i] != h.column.Name {
			t.Errorf("column %d is %s", i, records[0][i])
		}
		if want := strings.ReplaceAll(h.csv, "\r\n", "\n"); records[3][i] != want { // the reader changes them
			t.Errorf("%s: got %.80q, want %.80q", h.column.Name, records[3][i], want)
		}
	}
}

func TestText(t *testing.T) {
	columns, r := hostileRows(1)
	frames := encoded(t, "text", Config{Columns: columns[:4]}, &stream.Rows{N: 1, At: r.At, Columns: r.Columns[:4]})
	want := "%u64\ti64\th64\tnan\n18446744073709551615\t-9223372036854775808\t0xffffffffffffffff\tnan\n"
	if got := string(bytes.Join(frames, nil)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// talk is a conversation, as shapes have it: name_A, name_B, and their values.
func talk(t *testing.T, dir string, sides map[string][2][]byte, types map[string]value.Type) ([]value.Column, *stream.Rows) {
	columns := []value.Column{{Name: "flowInd", Type: value.Uint64, Element: 148}, {Name: "dir", Type: value.Text}}
	r := &stream.Rows{N: 1, At: []int64{1_500_000_010_000_000_000}}
	index, ways := &value.Vec{Type: value.Uint64}, &value.Vec{Type: value.Text}
	index.Append(num(8, 5))
	ways.Append([]byte(dir))
	r.Columns = []*value.Vec{index, ways}
	for side, end := range []string{"_A", "_B"} {
		for name, v := range sides {
			vec := &value.Vec{Type: types[name]}
			vec.Append(v[side])
			columns, r.Columns = append(columns, value.Column{Name: name + end, Type: types[name]}), append(r.Columns, vec)
		}
	}
	return columns, r
}

func ip4(a, b, c, d byte) []byte { return append([]byte{4, a, b, c, d}, make([]byte, 12)...) }

// TestShapes compares with records in the form of the programs' manuals.
func TestShapes(t *testing.T) {
	types := map[string]value.Type{
		"srcIP": value.IP, "dstIP": value.IP, "srcPort": value.Uint16, "dstPort": value.Uint16, "l4Proto": value.Uint8, "timeFirst": value.Time, "timeLast": value.Time,
		"pktsSnt": value.Uint64, "l7BytesSnt": value.Uint64, "octets": value.Uint64, "flowEndReason": value.Uint8, "icmpTypeCode": value.Uint16,
		"vlanID": value.Uint16 | value.List, "srcMac": value.MAC | value.List, "dstMac": value.MAC | value.List, "communityID": value.Text, "tcpWinThCnt": value.Uint32,
	}
	a, b := ip4(10, 0, 0, 1), ip4(10, 0, 0, 2)
	tcp := map[string][2][]byte{
		"srcIP": {a, b}, "dstIP": {b, a}, "srcPort": {num(2, 40000), num(2, 80)}, "dstPort": {num(2, 80), num(2, 40000)}, "l4Proto": {{6}, {6}},
		"timeFirst": {num(8, 1_500_000_000_000_001_000), num(8, 1_500_000_000_000_002_000)}, "timeLast": {num(8, 1_500_000_003_000_000_000), num(8, 1_500_000_003_500_000_000)},
		"pktsSnt": {num(8, 7), num(8, 5)}, "l7BytesSnt": {num(8, 64), num(8, 240)}, "octets": {num(8, 400), num(8, 500)}, "flowEndReason": {{3}, {3}}, "icmpTypeCode": {num(2, 0), num(2, 0)},
		"vlanID": {num(2, 100), num(2, 100)}, "srcMac": {{2, 0, 0, 0, 0, 0xa}, {2, 0, 0, 0, 0, 0xb}}, "dstMac": {{2, 0, 0, 0, 0, 0xb}, {2, 0, 0, 0, 0, 0xa}},
		"communityID": {[]byte("1:abc="), []byte("1:abc=")}, "tcpWinThCnt": {num(4, 0), num(4, 2)},
	}
	answer := map[string][2][]byte{} // only the server's direction
	for name, v := range tcp {
		answer[name] = [2][]byte{make([]byte, len(v[0])), v[1]}
	}
	ping := map[string][2][]byte{}
	for name, v := range tcp {
		ping[name] = v
	}
	ping["l4Proto"], ping["icmpTypeCode"] = [2][]byte{{1}, {1}}, [2][]byte{num(2, 8<<8), num(2, 0)}
	ping["vlanID"] = [2][]byte{}
	for _, c := range []struct {
		name, format, dir string
		sides             map[string][2][]byte
		want              string
	}{
		{"tcp", "eve", "AB", tcp, `{"timestamp":"2017-07-14T02:40:10.000000+0000","flow_id":5,"event_type":"flow","vlan":[100],"src_ip":"10.0.0.1","src_port":40000,"dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP","community_id":"1:abc=","flow":{"pkts_toserver":7,"pkts_toclient":5,"bytes_toserver":400,"bytes_toclient":500,"start":"2017-07-14T02:40:00.000001+0000","end":"2017-07-14T02:40:03.500000+0000","age":3,"state":"closed","reason":"timeout","alerted":false}}`},
		{"ping", "eve", "AB", ping, `{"timestamp":"2017-07-14T02:40:10.000000+0000","flow_id":5,"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"ICMP","icmp_type":8,"icmp_code":0,"response_icmp_type":0,"response_icmp_code":0,"community_id":"1:abc=","flow":{"pkts_toserver":7,"pkts_toclient":5,"bytes_toserver":400,"bytes_toclient":500,"start":"2017-07-14T02:40:00.000001+0000","end":"2017-07-14T02:40:03.500000+0000","age":3,"state":"closed","reason":"timeout","alerted":false}}`},
		{"tcp", "zeek", "AB", tcp, `{"ts":1500000000.000001,"uid":"CKsmOiAz0om15","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp","duration":3.499999,"orig_bytes":64,"resp_bytes":240,"conn_state":"OTH","history":"w","orig_pkts":7,"orig_ip_bytes":400,"resp_pkts":5,"resp_ip_bytes":500,"community_id":"1:abc=","ip_proto":6}`},
		{"answer", "zeek", "B", answer, `{"ts":1500000000.000002,"uid":"CS8nOiAz0om15","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp","duration":3.499998,"orig_bytes":0,"resp_bytes":240,"conn_state":"OTH","history":"w","orig_pkts":0,"orig_ip_bytes":0,"resp_pkts":5,"resp_ip_bytes":500,"community_id":"1:abc=","ip_proto":6}`},
		{"ping", "zeek", "AB", ping, `{"ts":1500000000.000001,"uid":"CKsmOiAz0om15","id.orig_h":"10.0.0.1","id.orig_p":8,"id.resp_h":"10.0.0.2","id.resp_p":0,"proto":"icmp","duration":3.499999,"orig_bytes":64,"resp_bytes":240,"conn_state":"OTH","history":"w","orig_pkts":7,"orig_ip_bytes":400,"resp_pkts":5,"resp_ip_bytes":500,"community_id":"1:abc=","ip_proto":1}`},
		{"tcp", "ecs", "AB", tcp, `{"@timestamp":"2017-07-14T02:40:00.000001000Z","ecs":{"version":"8.17.0"},"event":{"kind":"event","category":["network"],"type":["connection"],"action":"network_flow","start":"2017-07-14T02:40:00.000001000Z","end":"2017-07-14T02:40:03.500000000Z","duration":3499999000},"network":{"type":"ipv4","transport":"tcp","iana_number":"6","packets":12,"bytes":900,"community_id":"1:abc=","vlan":{"id":"100"}},"source":{"ip":"10.0.0.1","port":40000,"mac":"02-00-00-00-00-0A","packets":7,"bytes":400},"destination":{"ip":"10.0.0.2","port":80,"mac":"02-00-00-00-00-0B","packets":5,"bytes":500},"observer":{"product":"t2host"}}`},
	} {
		columns, r := talk(t, c.dir, c.sides, types)
		frames := encoded(t, c.format, Config{Columns: columns}, r)
		got := string(bytes.Join(frames, nil))
		if diff := cmp.Diff(c.want+"\n", got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", c.format, c.name, diff)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s of %s is no JSON", c.format, c.name)
		}
	}
	columns, _ := talk(t, "AB", map[string][2][]byte{"srcIP": {a, b}}, types)
	if _, err := Named("eve").New(Config{Columns: columns}); err == nil || !strings.Contains(err.Error(), "format eve needs the column srcPort: add basicflow") {
		t.Errorf("without ports: %v", err)
	}
}

func FuzzTexts(f *testing.F) {
	for _, h := range hostile[:len(hostile)-1] {
		f.Add(h.data)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s string
		if err := json.Unmarshal(jsontext.AppendText(nil, text), &s); err != nil || s != string(bytes.ToValidUTF8(text, nil)) && utf8.Valid(text) {
			t.Errorf("%q as JSON is read as %q, %v", text, s, err)
		}
		line := append(appendCSV(nil, text), '\n')
		records, err := csv.NewReader(bytes.NewReader(line)).ReadAll()
		want := strings.ReplaceAll(string(valid(text)), "\r\n", "\n")
		if err != nil || len(records) != 1 || records[0][0] != want {
			t.Errorf("%q as CSV is read as %q, %v", text, records, err)
		}
	})
}
