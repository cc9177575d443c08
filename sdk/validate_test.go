package sdk

import (
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// TestValidate: each rule of a declaration but those of its words, for which see TestAlphabets.
func TestValidate(t *testing.T) {
	rules := func(n int, f field.Packet) func(p *Plugin) {
		return func(p *Plugin) {
			p.Packets = TCP(field.Window)
			for range n {
				p.EndRules = append(p.EndRules, EndRule{Field: f, Is: Below, Value: Amount{Value: 1}, Count: Amount{Value: 2}})
			}
		}
	}
	file := func(path string, max int64) func(p *Plugin) {
		return func(p *Plugin) {
			p.Settings = []Setting{TextSetting("f", &path, "a file")}
			p.Files = []InputFile{{Setting: "f", Max: max, Doc: "what is in it"}}
		}
	}
	column := func(name string, of value.Type) ColumnInfo { return ColumnInfo{Name: name, Type: of} }
	tables := func(name string, of value.Type) []TableInfo {
		return []TableInfo{{Name: name, Key: []ColumnInfo{column("k", value.IP)}, Row: []ColumnInfo{column("r", of)}}}
	}
	rowOutlet := func(o Outlet) func(*Plugin) {
		return func(p *Plugin) {
			o.Name, o.Kind = "r", RowOutlet
			p.Outlets, p.Ends = []Outlet{o}, End(field.SrcIP)
			p.Ends.Columns = []ColumnInfo{column("other.c", value.Text)}
		}
	}
	merging := func(name string, of value.Type, rule string) ColumnInfo {
		return ColumnInfo{Name: name, Type: of, Merge: rule}
	}
	table := func(key, row []ColumnInfo) func(*Plugin) {
		return func(p *Plugin) { p.Exports = []TableInfo{{Name: "p.t", Key: key, Row: row}} }
	}
	keys := func(key ...ColumnInfo) func(*Plugin) { return table(key, nil) }
	rowsOf := func(row ...ColumnInfo) func(*Plugin) { return table([]ColumnInfo{column("k", value.IP)}, row) }
	outlet := func(kind OutletKind, s setting.Setting) func(*Plugin) {
		return func(p *Plugin) {
			s.Name = "s"
			p.Settings, p.Outlets = []Setting{s}, []Outlet{{Name: "o", Kind: kind, Setting: "s"}}
		}
	}
	suffix := func(text string) setting.Setting { return setting.Setting{Kind: setting.Text, Default: text} }
	target := setting.Setting{Kind: setting.Target, Default: "tcp://h:1"}
	for _, c := range []struct {
		name   string
		change func(*Plugin)
		want   string // empty: it is valid
	}{
		{"nothing but ends", func(*Plugin) {}, ""},
		{"the last number", func(p *Plugin) { p.Number = 999 }, ""},
		{"a number too many", func(p *Plugin) { p.Number = 1000 }, "number 1000 is not between 0 and 999"},
		{"a number below", func(p *Plugin) { p.Number = -1 }, "number -1 is not between 0 and 999"},
		{"no doc", func(p *Plugin) { p.Doc = "" }, "doc is empty: say in one sentence what the plugin does"},
		{"no Open", func(p *Plugin) { p.Open = nil }, "open is missing"},

		{"unknown rows", func(p *Plugin) { p.Packets.Rows = field.AllRows + 1 }, "packets or ends select what this host does not know"},
		{"unknown fields", func(p *Plugin) { p.Packets.Fields = field.AllPackets + 1 }, "packets or ends select what this host does not know"},
		{"unknown end fields", func(p *Plugin) { p.Ends.Fields = field.AllEnds + 1 }, "packets or ends select what this host does not know"},
		{"the longest payload", func(p *Plugin) { p.Packets = All().WithPayload(MaxPayload) }, ""},
		{"a longer payload", func(p *Plugin) { p.Packets = All().WithPayload(MaxPayload + 1) }, "payload of 262145 bytes is read: 1 to 262144 are possible"},
		{"no header", func(p *Plugin) { p.Packets = All(field.Header) }, "header of 0 bytes is read: 1 to 262144 are possible"},
		{"no payload", func(p *Plugin) { p.Packets = All(field.Payload) }, "payload of 0 bytes is read: 1 to 262144 are possible"},

		{"starts", func(p *Plugin) { p.Starts = Start(field.SrcIP, field.VLAN) }, ""},
		{"starts of what is not known then", func(p *Plugin) { p.Starts = Start(field.SrcIP, field.LastSeen) }, "field lastSeen is read when a flow begins: it is known at its end only"},
		{"ticks", func(p *Plugin) { p.Ticks = Every(time.Millisecond) }, ""},
		{"short ticks", func(p *Plugin) { p.Ticks = Every(1) }, "ticks have an interval of 1 ms or more, or a setting that holds it"},
		{"ticks of a setting that is not there", func(p *Plugin) { p.Ticks = EverySetting("interval") }, `ticks: setting "interval" is not a number setting of the plugin`},
		{"tables at no packets", func(p *Plugin) { p.Packets.Tables = true }, "tables are used at packets, but no packets are selected"},
		{"an input file", file("", 9), ""},
		{"an input file of no setting", func(p *Plugin) { p.Files = []InputFile{{Setting: "f", Max: 1}} }, `input file: setting "f" is not a text setting of the plugin`},
		{"an input file of the plugin's choice", file("/etc/passwd", 9), "input file: setting f has a default: which file is read is the user's to say"},
		{"an input file without a bound", file("", 0), "input file f of 0 bytes: 1 to 16777216 are possible, of all files together"},
		{"a large input file", file("", MaxFile+1), "input file f of 16777217 bytes: 1 to 16777216 are possible, of all files together"},
		{"a rule", rules(1, field.Window), ""},
		{"a rule of two fields", rules(1, field.Window|field.TCPSeq), "a rule ends flows by a field that is not one number"},
		{"a rule of bytes", rules(1, field.Payload), "a rule ends flows by a field that is not one number"},
		{"many rules", rules(9, field.Window), "9 rules end flows: at most 8 are possible"},
		{"a rule without packets", func(p *Plugin) { rules(1, field.Window)(p); p.Packets = PacketSelect{} }, "a rule ends flows by packets, but none are selected: set Packets"},
		{"a rule of no comparison", func(p *Plugin) { rules(1, field.Window)(p); p.EndRules[0].Is = 9 }, "the rule of field window compares in no known way"},
		{"a rule of a setting that is not there", func(p *Plugin) { rules(1, field.Window)(p); p.EndRules[0].Count.Setting = "n" }, `the rule of field window: setting "n" is not a number setting of the plugin`},
		{"columns without ends", func(p *Plugin) { p.Ends, p.Columns = EndSelect{}, []ColumnInfo{column("c", value.Uint8)} }, "columns are declared but no flow ends: set Ends"},
		{"a column twice", func(p *Plugin) { p.Columns = []ColumnInfo{column("c", value.Uint8), column("c", value.Uint8)} }, "column c is declared twice"},
		{"a column without a type", func(p *Plugin) { p.Columns = []ColumnInfo{column("c", 0)} }, "column c has no type, or cannot be shown in that way"},
		{"a column of a list of lists", func(p *Plugin) { p.Columns = []ColumnInfo{column("c", value.List)} }, "column c has no type, or cannot be shown in that way"},
		{"a column of another", func(p *Plugin) { p.Ends = End(); p.Ends.Columns = []ColumnInfo{column("other.c", value.Text)} }, ""},
		{"a column of nobody", func(p *Plugin) { p.Ends = End(); p.Ends.Columns = []ColumnInfo{column("nobody.c", value.Text)} }, "column nobody.c is read, but nobody is not in Requires"},
		{"a column of another without a type", func(p *Plugin) { p.Ends = End(); p.Ends.Columns = []ColumnInfo{column("other.c", 0)} }, "column other.c is read, but has no type"},
		{"all columns", func(p *Plugin) { p.Ends = End().WithAll() }, ""},
		{"all columns and one", func(p *Plugin) {
			p.Ends = End().WithAll()
			p.Ends.Columns = []ColumnInfo{column("other.c", value.Text)}
		}, "ends read all columns and some by name: choose"},

		{"a doc of a page", func(p *Plugin) { p.Doc = strings.Repeat("x", 1025) }, "doc of 1025 bytes: write one sentence, at most 1024"},
		{"a name of a page", func(p *Plugin) { p.Name = strings.Repeat("x", 1025) }, `name "` + strings.Repeat("x", 128) + `…" must begin with a lower-case letter and hold letters, digits and _ only, at most 64`},
		{"a default of a page", func(p *Plugin) {
			p.Settings = []Setting{{Name: "s", Kind: setting.Text, Default: strings.Repeat("x", 1025)}}
		}, "setting s: default of 1025 bytes: at most 1024 are possible"},
		{"a long end of a file's name", outlet(FileOutlet, suffix(strings.Repeat("x", 129))), "setting s: default must be the end of a file name, at most 128 bytes, not 129"},
		{"no choices", func(p *Plugin) { p.Settings = []Setting{{Name: "s", Kind: setting.Choice}} }, "setting s has 0 choices: 1 to 256 are possible"},
		{"too many choices", func(p *Plugin) {
			p.Settings = []Setting{{Name: "s", Kind: setting.Choice, Choices: make([]string, 257)}}
		}, "setting s has 257 choices: 1 to 256 are possible"},
		{"too many settings", func(p *Plugin) { p.Settings = make([]Setting, 257) }, "257 settings are declared: at most 256 are possible"},
		{"too many columns", func(p *Plugin) { p.Columns = make([]ColumnInfo, 4097) }, "4097 columns are declared: at most 4096 are possible"},
		{"too many columns to read", func(p *Plugin) { p.Ends.Columns = make([]ColumnInfo, 4097) }, "4097 columns that are read are declared: at most 4096 are possible"},
		{"too many tables", func(p *Plugin) { p.Exports, p.Imports = make([]TableInfo, 32), make([]TableInfo, 33) }, "65 tables are declared: at most 64 are possible"},
		{"too wide a table", func(p *Plugin) { p.Imports = []TableInfo{{Name: "other.t", Row: make([]ColumnInfo, 4097)}} }, `table "other.t" has 4097 fields: at most 4096 are possible`},
		{"too many outlets", func(p *Plugin) { p.Outlets = make([]Outlet, 65) }, "65 outlets are declared: at most 64 are possible"},
		{"too many requirements", func(p *Plugin) { p.Requires = make([]Requirement, 65) }, "65 requirements are declared: at most 64 are possible"},

		{"a setting twice", func(p *Plugin) {
			p.Settings = []Setting{{Name: "s", Kind: setting.Text}, {Name: "s", Kind: setting.Bool, Default: "true"}}
		}, "setting s is declared twice"},
		{"a default out of range", func(p *Plugin) { p.Settings = []Setting{{Name: "s", Kind: setting.Uint, Min: 5, Max: 9, Default: "4"}} }, `setting s: default must be a whole number from 5 to 9, not "4"`},
		{"a range that is none", func(p *Plugin) { p.Settings = []Setting{{Name: "s", Kind: setting.Uint, Min: 9, Max: 5, Default: "7"}} }, `setting s: default must be a whole number from 9 to 5, not "7"`},
		{"a default that is no choice", func(p *Plugin) {
			p.Settings = []Setting{{Name: "s", Kind: setting.Choice, Choices: []string{"a"}, Default: "b"}}
		}, `setting s: default must be a, not "b"`},

		{"a table", func(p *Plugin) { p.Exports = tables("p.t", value.Uint32) }, ""},
		{"a table twice", func(p *Plugin) { p.Exports = append(tables("p.t", value.Uint32), tables("p.t", value.Uint64)...) }, "export p.t is declared twice"},
		{"a table of another's name", func(p *Plugin) { p.Exports = tables("other.t", value.Uint32) }, "export other.t must be named p.TABLE"},
		{"a table without ends", func(p *Plugin) { p.Ends, p.Exports = EndSelect{}, tables("p.t", value.Uint32) }, "export p.t is declared but nothing at which it can change: set Starts, Ends or Ticks, or Packets with WithTables"},
		{"a table of texts", func(p *Plugin) { p.Exports = tables("p.t", value.Text) }, ""},
		{"a table of lists", func(p *Plugin) { p.Imports = tables("other.t", value.Uint8|value.List) }, ""},
		{"a table of no type", func(p *Plugin) { p.Exports = tables("p.t", 0) }, "table p.t: field r has no type, or cannot be shown in that way"},
		{"a key that is a list", keys(column("k", value.Text|value.List)), ""},
		{"a key that merges", keys(merging("k", value.Uint8, "sum")), "table p.t: field k of the key merges: rows do whose keys are equal"},
		{"rows that merge", rowsOf(merging("a", value.Uint64, "sum"), merging("b", value.Duration, "max"), merging("c", value.Text, "with b"), merging("d", value.Text, "first")), ""},
		{"a sum of floats, which depends on the order", rowsOf(merging("a", value.Float32, "sum")), `table p.t: field a is f32 and cannot merge by "sum"`},
		{"a sum of times", rowsOf(merging("a", value.Time, "sum")), `table p.t: field a is time and cannot merge by "sum"`},
		{"the largest of texts", rowsOf(merging("a", value.Text, "max")), `table p.t: field a is text and cannot merge by "max"`},
		{"with a sum", rowsOf(merging("a", value.Uint8, "sum"), merging("b", value.Text, "with a")), `table p.t: field b is text and cannot merge by "with a"`},
		{"with nothing", rowsOf(merging("b", value.Text, "with a")), `table p.t: field b is text and cannot merge by "with a"`},
		{"with one that merges with another", rowsOf(merging("a", value.Uint8, "with b"), merging("b", value.Text, "with a")), `table p.t: field a is u8 and cannot merge by "with b"`},
		{"no rule", rowsOf(merging("a", value.Uint8, "avg")), `table p.t: field a is u8 and cannot merge by "avg"`},
		{"a column that merges", func(p *Plugin) { p.Columns = []ColumnInfo{merging("c", value.Uint8, "sum")} }, "column c merges: fields of tables' rows do"},
		{"a column of an enterprise's element", func(p *Plugin) {
			p.Columns = []ColumnInfo{{Name: "c", Type: value.Uint8, Enterprise: 9, Element: 1, Unit: "bytes", Alarm: true}}
		}, ""},
		{"a column of no element", func(p *Plugin) { p.Columns = []ColumnInfo{{Name: "c", Type: value.Uint8, Enterprise: 9}} }, "column c: an element of IPFIX has a number from 1 to 32767"},
		{"memory", func(p *Plugin) { p.Memory = MaxExtra }, ""},
		{"too much memory", func(p *Plugin) { p.Memory = MaxExtra + 1 }, "memory of 2147483649 bytes is declared: 0 to 2147483648 are possible"},
		{"metrics", func(p *Plugin) { p.Metrics = []Metric{*NewCounter("seen", "d").In("packets"), *NewGauge("kept", "d")} }, ""},
		{"a metric twice", func(p *Plugin) { p.Metrics = []Metric{*NewCounter("seen", "d"), *NewGauge("seen", "d")} }, "metric seen is declared twice"},
		{"a metric of a word", func(p *Plugin) { p.Metrics = []Metric{{Name: "Seen"}} }, `metric "Seen": a name begins with a lower-case letter and holds lower-case letters, digits and _ only, at most 64`},
		{"many metrics", func(p *Plugin) { p.Metrics = make([]Metric, 257) }, "257 metrics are declared: at most 256 are possible"},
		{"columns of packets", func(p *Plugin) { p.Packets = All(); p.Packets.Columns = []ColumnInfo{column("c", value.Text)} }, ""},
		{"lists at packets", func(p *Plugin) {
			p.Packets = All()
			p.Packets.Columns = []ColumnInfo{column("c", value.Uint16|value.List)}
		}, "packets: column c is of lists: a packet has single values"},
		{"columns of no packets", func(p *Plugin) { p.Packets.Columns = []ColumnInfo{column("c", value.Text)} }, "columns of packets are declared but no packets: set Packets"},
		{"rows", rowOutlet(Outlet{Pass: []string{"srcIP", "other.c"}, Columns: []ColumnInfo{column("n", value.Uint8)}}), ""},
		{"rows of nothing", rowOutlet(Outlet{}), "outlet r has no columns"},
		{"rows with a setting that is not there", rowOutlet(Outlet{Setting: "too", Pass: []string{"srcIP"}}), "outlet r: setting too must be declared, and a target"},
		{"the record and a field", rowOutlet(Outlet{Pass: []string{"*", "flowEndReason"}}), ""},
		{"the record and a field of it", rowOutlet(Outlet{Pass: []string{"*", "flowInd"}}), `outlet r passes "flowInd" on twice: it is in "*"`},
		{"the record and a column of it", rowOutlet(Outlet{Pass: []string{"*", "other.c"}}), `outlet r passes "other.c" on twice: it is in "*"`},
		{"rows of no field", rowOutlet(Outlet{Pass: []string{"dstIp"}}), `outlet r passes "dstIp" on, which is no field of flow ends, nor PLUGIN.COLUMN`},
		{"rows of a field twice", rowOutlet(Outlet{Pass: []string{"dstIP", "dstIP"}}), `outlet r passes "dstIP" on twice`},
		{"rows of a column of a plugin that is not required", rowOutlet(Outlet{Pass: []string{"others.d"}}), `outlet r passes "others.d" on, and the plugin does not require "others"`},
		{"rows with a column of no type", rowOutlet(Outlet{Columns: []ColumnInfo{column("n", 0)}}), "outlet r: column n has no type, or cannot be shown in that way"},
		{"a unit that is a page", func(p *Plugin) { p.Columns = []ColumnInfo{{Name: "c", Type: value.Uint8, Unit: "a\nb"}} }, `column c: unit "a\nb" must hold letters, digits, spaces and , . / % - ( ) * ^ only, at most 32`},
		{"a table of another", func(p *Plugin) { p.Imports = tables("other.t", value.Uint32) }, ""},
		{"a table of nobody", func(p *Plugin) { p.Imports = tables("nobody.t", value.Uint32) }, "table nobody.t is imported, but nobody is not in Requires"},

		{"a stream", outlet(StreamOutlet, target), ""},
		{"a stream without a target", outlet(StreamOutlet, suffix("x")), "outlet o: setting s must be a target"},
		{"a file", outlet(FileOutlet, suffix("_x.txt")), ""},
		{"a file with a target", outlet(FileOutlet, target), "outlet o: setting s must be a text: it ends a file name"},
		{"records with a target", outlet(RecordOutlet, target), "outlet o: setting s must be a text: it ends a file name"},
		{"a kind that is none", outlet(0, suffix("x")), "outlet o has no kind"},
		{"a kind too many", outlet(StreamOutlet+RecordOutlet+FileOutlet, suffix("x")), "outlet o has no kind"},
		{"a setting of nobody", func(p *Plugin) { p.Outlets = []Outlet{{Name: "o", Kind: FileOutlet, Setting: "s"}} }, "outlet o: setting s is not declared"},
		{"a file in a folder", outlet(FileOutlet, suffix("/x")), `setting s: default must be the end of a file name, without / and \ and .., not "/x"`},
		{"records above the folder", outlet(RecordOutlet, suffix("..")), `setting s: default must be the end of a file name, without / and \ and .., not ".."`},
		{"an outlet twice", func(p *Plugin) {
			outlet(FileOutlet, suffix("x"))(p)
			p.Outlets = append(p.Outlets, p.Outlets[0])
		}, "outlet o is declared twice"},
	} {
		p := &Plugin{
			Name: "p", Version: "1.0.0", Doc: "doc", Ends: End(), Requires: []Requirement{{Name: "other"}},
			Open: func(Opening) (Stage, error) { return nil, nil },
		}
		c.change(p)
		got := ""
		if err := p.Validate(); err != nil {
			got = err.Error()
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
