package manifest

import (
	"errors"
	"slices"
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

// The JSON that wire.AppendManifest writes.
type (
	plugin struct {
		Name     string          `json:"name"`
		Number   int             `json:"number"`
		Version  string          `json:"version"`
		Doc      string          `json:"doc"`
		Settings []settingObject `json:"settings"`
		Requires []requirement   `json:"requires"`
		Starts   *starts         `json:"starts"`
		Packets  *packets        `json:"packets"`
		Ticks    *ticks          `json:"ticks"`
		EndRules []endRule       `json:"endRules"`
		Ends     *ends           `json:"ends"`
		Columns  []column        `json:"columns"`
		Metrics  []metric        `json:"metrics"`
		Exports  []table         `json:"exports"`
		Imports  []table         `json:"imports"`
		Outlets  []outlet        `json:"outlets"`
		Files    []inputFile     `json:"files"`
		State    sdk.State       `json:"state"`
		Memory   int64           `json:"memory"`
		Needs    []string        `json:"needs"`
		Uses     []string        `json:"uses"`
	}
	settingObject struct {
		Name    string   `json:"name"`
		Kind    string   `json:"kind"`
		Unit    string   `json:"unit"`
		Min     uint64   `json:"min"`
		Max     uint64   `json:"max"`
		Choices []string `json:"choices"`
		Default string   `json:"default"`
		Doc     string   `json:"doc"`
	}
	requirement struct {
		Name     string `json:"name"`
		Versions string `json:"versions"`
		Optional bool   `json:"optional"`
	}
	packets struct {
		Rows    string   `json:"rows"`
		Fields  []string `json:"fields"`
		Payload int      `json:"payload"`
		Header  int      `json:"header"`
		Tables  bool     `json:"tables"`
		Columns []column `json:"columns"`
	}
	metric struct {
		Name  string `json:"name"`
		Doc   string `json:"doc"`
		Unit  string `json:"unit"`
		Gauge bool   `json:"gauge"`
	}
	inputFile struct {
		Setting string `json:"setting"`
		Max     uint64 `json:"max"`
		Doc     string `json:"doc"`
	}
	endRule struct {
		Field        string `json:"field"`
		Is           string `json:"is"`
		Value        uint64 `json:"value"`
		ValueSetting string `json:"valueSetting"`
		Count        uint64 `json:"count"`
		CountSetting string `json:"countSetting"`
	}
	starts struct {
		Fields []string `json:"fields"`
	}
	ticks struct {
		Every   uint64 `json:"every"`
		Setting string `json:"setting"`
	}
	ends struct {
		Fields  []string `json:"fields"`
		Columns []column `json:"columns"`
		All     bool     `json:"all"`
	}
	column struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Doc   string `json:"doc"`
		Unit  string `json:"unit"`
		IPFIX ipfix  `json:"ipfix"`
		Alarm bool   `json:"alarm"`
		Merge string `json:"merge"`
	}
	ipfix struct {
		Element    uint16 `json:"element"`
		Enterprise uint32 `json:"enterprise"`
	}
	table struct {
		Name string   `json:"name"`
		Key  []column `json:"key"`
		Row  []column `json:"row"`
	}
	outlet struct {
		Name    string   `json:"name"`
		Kind    string   `json:"kind"`
		Setting string   `json:"setting"`
		Pass    []string `json:"pass"`
		Columns []column `json:"columns"`
	}
)

func (p *plugin) declaration() (*sdk.Plugin, error) {
	d := &sdk.Plugin{
		Name: p.Name, Number: p.Number, Version: p.Version, Doc: p.Doc, State: p.State, Memory: p.Memory, Needs: p.Needs,
		Open: func(sdk.Opening) (sdk.Stage, error) { return nil, errors.New("plugin has no runtime") },
	}
	var w words
	for _, s := range p.Settings {
		d.Settings = append(d.Settings, sdk.Setting{
			Name: s.Name, Kind: setting.Kind(w.index("kind of setting", wire.SettingKinds, s.Kind)), Unit: s.Unit,
			Min: s.Min, Max: s.Max, Choices: s.Choices, Default: s.Default, Doc: s.Doc,
		})
	}
	for _, r := range p.Requires {
		d.Requires = append(d.Requires, sdk.Requirement(r))
	}
	if p.Packets != nil {
		d.Packets.Rows = field.Rows(w.index("rows", wire.RowKinds, p.Packets.Rows))
		d.Packets.PayloadLen, d.Packets.HeaderLen, d.Packets.Tables = p.Packets.Payload, p.Packets.Header, p.Packets.Tables
		d.Packets.Columns = w.columns(p.Packets.Columns)
		for _, name := range p.Packets.Fields {
			d.Packets.Fields |= fieldNamed(&w, "packet field", name, field.PacketNamed)
		}
	}
	for _, f := range p.Files {
		d.Files = append(d.Files, sdk.InputFile{Setting: f.Setting, Max: int64(min(f.Max, 1<<62)), Doc: f.Doc})
	}
	if p.Starts != nil {
		d.Starts.On = true
		for _, name := range p.Starts.Fields {
			d.Starts.Fields |= fieldNamed(&w, "start field", name, field.FlowNamed)
		}
	}
	for _, r := range p.EndRules {
		d.EndRules = append(d.EndRules, sdk.EndRule{
			Field: fieldNamed(&w, "packet field", r.Field, field.PacketNamed), Is: sdk.Comparison(w.index("comparison", wire.Comparisons, r.Is)),
			Value: sdk.Amount{Value: r.Value, Setting: r.ValueSetting}, Count: sdk.Amount{Value: r.Count, Setting: r.CountSetting},
		})
	}
	if p.Ticks != nil {
		d.Ticks = sdk.TickSelect{Every: int64(min(p.Ticks.Every, 1<<62)), Setting: p.Ticks.Setting}
	}
	if p.Ends != nil {
		d.Ends.On = true
		for _, name := range p.Ends.Fields {
			d.Ends.Fields |= fieldNamed(&w, "end field", name, field.FlowNamed)
		}
		d.Ends.Columns, d.Ends.All = w.columns(p.Ends.Columns), p.Ends.All
	}
	d.Columns = w.columns(p.Columns)
	for _, m := range p.Metrics {
		d.Metrics = append(d.Metrics, sdk.Metric(m))
	}
	d.Exports, d.Imports = w.tables(p.Exports), w.tables(p.Imports)
	for _, o := range p.Outlets {
		d.Outlets = append(d.Outlets, sdk.Outlet{Name: o.Name, Kind: sdk.OutletKind(w.index("kind of outlet", wire.OutletKinds, o.Kind)), Setting: o.Setting, Pass: o.Pass, Columns: w.columns(o.Columns)})
	}
	return d, w.err
}

// words maps words to the SDK's numbers and keeps the first unknown one.
type words struct{ err error }

func (w *words) unknown(what, word string) {
	if w.err == nil {
		w.err = errors.New(what + " " + strconv.Quote(word) + " is unknown")
	}
}

func (w *words) index(what string, list []string, word string) int {
	i := slices.Index(list, word)
	if i < 0 || word == "" {
		w.unknown(what, word)
		return 0
	}
	return i
}

func fieldNamed[F field.Packet | field.Flow](w *words, what, name string, named func(string) F) F {
	f := named(name)
	if f == 0 {
		w.unknown(what, name)
	}
	return f
}

func (w *words) columns(list []column) []sdk.ColumnInfo {
	var columns []sdk.ColumnInfo
	for _, c := range list {
		t := value.TypeNamed(c.Type)
		if !t.Valid() {
			w.unknown("type", c.Type)
		}
		columns = append(columns, sdk.ColumnInfo{
			Name: c.Name, Type: t, Doc: c.Doc, Unit: c.Unit, Element: c.IPFIX.Element, Enterprise: c.IPFIX.Enterprise, Alarm: c.Alarm, Merge: c.Merge,
		})
	}
	return columns
}

func (w *words) tables(list []table) []sdk.TableInfo {
	var tables []sdk.TableInfo
	for _, t := range list {
		tables = append(tables, sdk.TableInfo{Name: t.Name, Key: w.columns(t.Key), Row: w.columns(t.Row)})
	}
	return tables
}
