package wire

import (
	"strconv"
	"unicode/utf8"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
)

// AppendManifest appends the manifest of an artefact: the declarations of its plugins, as a JSON
// object. Its bytes depend on the declarations only.
func AppendManifest(dst []byte, plugins ...*sdk.Plugin) []byte {
	j := jsonWriter{b: append(dst, `{"abi":`...)}
	j.b = strconv.AppendInt(j.b, Version, 10)
	j.list("plugins", len(plugins), func(i int) { j.plugin(plugins[i]) })
	return append(j.b, '}')
}

// The words of a manifest for kinds of settings, field.Rows and kinds of outlets.
var (
	SettingKinds = []string{
		setting.Uint: "number", setting.Bool: "bool", setting.Text: "text",
		setting.Choice: "choice", setting.Target: "target",
	}
	RowKinds    = []string{field.NoRows: "none", field.TCPRows: "tcp", field.AllRows: "all"}
	Comparisons = []string{sdk.Below: "below", sdk.Above: "above", sdk.Equal: "equal", sdk.AnyBit: "anyBit"}
	OutletKinds = []string{sdk.FileOutlet: "file", sdk.StreamOutlet: "stream", sdk.RecordOutlet: "records", sdk.RowOutlet: "rows"}
)

// jsonWriter writes members; a guest must not link encoding/json.
type jsonWriter struct{ b []byte }

func (j *jsonWriter) plugin(p *sdk.Plugin) {
	j.b = append(j.b, '{')
	j.text("name", p.Name)
	j.number("number", uint64(p.Number))
	j.text("version", p.Version)
	j.text("doc", p.Doc)
	j.list("settings", len(p.Settings), func(i int) { j.setting(&p.Settings[i]) })
	j.list("requires", len(p.Requires), func(i int) {
		r := &p.Requires[i]
		j.b = append(j.b, '{')
		j.text("name", r.Name)
		j.text("versions", r.Versions)
		j.bool("optional", r.Optional)
		j.b = append(j.b, '}')
	})
	if p.Packets.Rows != field.NoRows {
		j.key("packets")
		j.b = append(j.b, '{')
		j.text("rows", word(RowKinds, int(p.Packets.Rows)))
		j.texts("fields", p.Packets.Fields.Names())
		if p.Packets.Fields&field.Payload != 0 {
			j.number("payload", uint64(p.Packets.PayloadLen))
		}
		if p.Packets.Fields&field.Header != 0 {
			j.number("header", uint64(p.Packets.HeaderLen))
		}
		j.bool("tables", p.Packets.Tables)
		j.columns("columns", p.Packets.Columns)
		j.b = append(j.b, '}')
	}
	if p.Starts.On {
		j.key("starts")
		j.b = append(j.b, '{')
		j.texts("fields", p.Starts.Fields.Names())
		j.b = append(j.b, '}')
	}
	j.list("endRules", len(p.EndRules), func(i int) {
		r := &p.EndRules[i]
		j.b = append(j.b, '{')
		j.text("field", r.Field.Names()[0])
		j.text("is", word(Comparisons, int(r.Is)))
		j.amount("value", r.Value)
		j.amount("count", r.Count)
		j.b = append(j.b, '}')
	})
	if p.Ticks.On() {
		j.key("ticks")
		j.b = append(j.b, '{')
		if p.Ticks.Every > 0 {
			j.number("every", uint64(p.Ticks.Every))
		}
		j.text("setting", p.Ticks.Setting)
		j.b = append(j.b, '}')
	}
	if p.Ends.On {
		j.key("ends")
		j.b = append(j.b, '{')
		j.texts("fields", p.Ends.Fields.Names())
		j.columns("columns", p.Ends.Columns)
		j.bool("all", p.Ends.All)
		j.b = append(j.b, '}')
	}
	j.list("files", len(p.Files), func(i int) {
		j.b = append(j.b, '{')
		j.text("setting", p.Files[i].Setting)
		j.number("max", uint64(p.Files[i].Max))
		j.text("doc", p.Files[i].Doc)
		j.b = append(j.b, '}')
	})
	j.columns("columns", p.Columns)
	j.list("metrics", len(p.Metrics), func(i int) {
		m := &p.Metrics[i]
		j.b = append(j.b, '{')
		j.text("name", m.Name)
		j.bool("gauge", m.Gauge)
		j.text("unit", m.Unit)
		j.text("doc", m.Doc)
		j.b = append(j.b, '}')
	})
	j.tables("exports", p.Exports)
	j.tables("imports", p.Imports)
	j.list("outlets", len(p.Outlets), func(i int) {
		o := &p.Outlets[i]
		j.b = append(j.b, '{')
		j.text("name", o.Name)
		j.text("kind", word(OutletKinds, int(o.Kind)))
		j.text("setting", o.Setting)
		j.texts("pass", o.Pass)
		j.columns("columns", o.Columns)
		j.b = append(j.b, '}')
	})
	if p.State != 0 {
		j.number("state", uint64(p.State))
	}
	if p.Memory != 0 {
		j.number("memory", uint64(p.Memory))
	}
	j.texts("needs", p.Needs)
	j.b = append(j.b, '}')
}

func (j *jsonWriter) setting(s *sdk.Setting) {
	j.b = append(j.b, '{')
	j.text("name", s.Name)
	j.text("kind", word(SettingKinds, int(s.Kind)))
	j.text("unit", s.Unit)
	if s.Kind == setting.Uint {
		j.number("min", s.Min)
		j.number("max", s.Max)
	}
	j.texts("choices", s.Choices)
	j.key("default") // also where it is empty
	j.string(s.Default)
	j.text("doc", s.Doc)
	j.b = append(j.b, '}')
}

func (j *jsonWriter) tables(name string, tables []sdk.TableInfo) {
	j.list(name, len(tables), func(i int) {
		j.b = append(j.b, '{')
		j.text("name", tables[i].Name)
		j.columns("key", tables[i].Key)
		j.columns("row", tables[i].Row)
		j.b = append(j.b, '}')
	})
}

func (j *jsonWriter) columns(name string, columns []sdk.ColumnInfo) {
	j.list(name, len(columns), func(i int) {
		j.b = append(j.b, '{')
		j.text("name", columns[i].Name)
		c := &columns[i]
		j.text("type", c.Type.String())
		j.text("doc", c.Doc)
		j.text("unit", c.Unit)
		if c.Element != 0 {
			j.key("ipfix")
			j.b = append(j.b, '{')
			j.number("element", uint64(c.Element))
			if c.Enterprise != 0 {
				j.number("enterprise", uint64(c.Enterprise))
			}
			j.b = append(j.b, '}')
		}
		j.bool("alarm", c.Alarm)
		j.text("merge", c.Merge)
		j.b = append(j.b, '}')
	})
}

func (j *jsonWriter) texts(name string, list []string) {
	j.list(name, len(list), func(i int) { j.string(list[i]) })
}

// list writes a member with n elements; without elements there is no member.
func (j *jsonWriter) list(name string, n int, element func(i int)) {
	if n == 0 {
		return
	}
	j.key(name)
	j.b = append(j.b, '[')
	for i := range n {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		element(i)
	}
	j.b = append(j.b, ']')
}

// text writes a member; an empty text is none.
func (j *jsonWriter) text(name, s string) {
	if s != "" {
		j.key(name)
		j.string(s)
	}
}

// amount writes a number, or the name of its setting.
func (j *jsonWriter) amount(name string, a sdk.Amount) {
	if a.Setting != "" {
		j.text(name+"Setting", a.Setting)
	} else {
		j.number(name, a.Value)
	}
}

func (j *jsonWriter) number(name string, u uint64) {
	j.key(name)
	j.b = strconv.AppendUint(j.b, u, 10)
}

// bool writes a member; false is none.
func (j *jsonWriter) bool(name string, on bool) {
	if on {
		j.key(name)
		j.b = append(j.b, "true"...)
	}
}

func (j *jsonWriter) key(name string) {
	if j.b[len(j.b)-1] != '{' {
		j.b = append(j.b, ',')
	}
	j.string(name)
	j.b = append(j.b, ':')
}

func (j *jsonWriter) string(s string) {
	const hex = "0123456789abcdef"
	j.b = append(j.b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			j.b = append(j.b, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			j.b = append(j.b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			j.b = utf8.AppendRune(j.b, r)
		}
	}
	j.b = append(j.b, '"')
}

func word(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}
