package sdk

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// ValidName reports whether name can be that of a plugin: letters, digits and _, a lower-case
// letter first (T2's rule), at most 64 bytes.
func ValidName(name string) bool {
	return only(name, maxWord, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }) && isLower(name[0])
}

// Validate returns the first error in a declaration: a name or number that cannot be, a column
// that is read without a requirement. The host calls it before it opens the plugin.
func (p *Plugin) Validate() error {
	switch {
	case !ValidName(p.Name):
		return errors.New("name " + quoted(p.Name) + " must begin with a lower-case letter and hold letters, digits and _ only, at most 64")
	case p.Number < 0 || p.Number > 999:
		return errors.New("number " + strconv.Itoa(p.Number) + " is not between 0 and 999")
	case !validVersion(p.Version):
		return errors.New("version " + quoted(p.Version) + " must hold letters, digits and . + - only, at most 64")
	case p.Doc == "":
		return errors.New("doc is empty: say in one sentence what the plugin does")
	case p.Open == nil:
		return errors.New("open is missing")
	case p.Packets.Tables && p.Packets.Rows == field.NoRows:
		return errors.New("tables are used at packets, but no packets are selected")
	case p.Packets.Rows > field.AllRows || p.Packets.Fields > field.AllPackets || p.Ends.Fields > field.AllEnds:
		return errors.New("packets or ends select what this host does not know")
	case p.Starts.Fields&^field.AllStarts != 0:
		return errors.New("field " + (p.Starts.Fields &^ field.AllStarts).Names()[0] + " is read when a flow begins: it is known at its end only")
	case p.Ticks.Every < 0 || p.Ticks.Every > 0 && p.Ticks.Every < MinTick || p.Ticks.Every != 0 && p.Ticks.Setting != "":
		return errors.New("ticks have an interval of 1 ms or more, or a setting that holds it")
	case p.Packets.Fields&field.Payload != 0 && (p.Packets.PayloadLen < 1 || p.Packets.PayloadLen > MaxPayload):
		return errors.New("payload of " + strconv.Itoa(p.Packets.PayloadLen) + " bytes is read: 1 to " + strconv.Itoa(MaxPayload) + " are possible")
	case p.Packets.Fields&field.Header != 0 && (p.Packets.HeaderLen < 1 || p.Packets.HeaderLen > MaxPayload):
		return errors.New("header of " + strconv.Itoa(p.Packets.HeaderLen) + " bytes is read: 1 to " + strconv.Itoa(MaxPayload) + " are possible")
	case p.State < 0 || p.State > MaxState:
		return errors.New("state of " + strconv.Itoa(int(p.State)) + " bytes a flow is declared: 0 to " + strconv.Itoa(MaxState) + " are possible")
	case p.Memory < 0 || p.Memory > MaxExtra:
		return errors.New("memory of " + strconv.FormatInt(p.Memory, 10) + " bytes is declared: 0 to " + strconv.Itoa(MaxExtra) + " are possible")
	case len(p.Packets.Columns) > 0 && p.Packets.Rows == field.NoRows:
		return errors.New("columns of packets are declared but no packets: set Packets")
	case len(p.Columns) > 0 && !p.Ends.On:
		return errors.New("columns are declared but no flow ends: set Ends")
	}
	if err := checkDoc("", p.Doc); err != nil {
		return err
	}
	for _, check := range []func() error{p.checkCounts, p.checkRequires, p.checkSettings, p.checkTicks, p.checkEndRules, p.checkColumns, p.checkMetrics, p.checkTables, p.checkOutlets, p.checkFiles, p.checkNeeds} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plugin) checkTicks() error {
	if p.Ticks.Setting == "" || p.hasNumber(p.Ticks.Setting) {
		return nil
	}
	return errors.New("ticks: setting " + quoted(p.Ticks.Setting) + " is not a number setting of the plugin")
}

func (p *Plugin) checkFiles() error {
	total := int64(0)
	for _, f := range p.Files {
		i := slices.IndexFunc(p.Settings, func(s Setting) bool { return s.Name == f.Setting })
		switch {
		case i < 0 || p.Settings[i].Kind != setting.Text:
			return errors.New("input file: setting " + quoted(f.Setting) + " is not a text setting of the plugin")
		case p.Settings[i].Default != "":
			return errors.New("input file: setting " + f.Setting + " has a default: which file is read is the user's to say")
		case f.Max < 1 || f.Max > MaxFile || total > MaxFile-f.Max:
			return errors.New("input file " + f.Setting + " of " + strconv.FormatInt(f.Max, 10) + " bytes: 1 to " + strconv.Itoa(MaxFile) + " are possible, of all files together")
		}
		total += f.Max
		if err := checkDoc("input file "+f.Setting+": ", f.Doc); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plugin) checkSettings() error {
	seen := names{"setting", checkKey, map[string]bool{}}
	for i := range p.Settings {
		s := &p.Settings[i]
		if err := seen.add(s.Name); err != nil {
			return err
		}
		if err := checkWords(s); err != nil {
			return err
		}
		if err := s.Check(s.Default); err != nil {
			return errors.New("setting " + s.Name + ": default " + err.Error())
		}
	}
	return nil
}

// checkOwn returns the first error of columns that the plugin writes.
func checkOwn(columns []ColumnInfo) error {
	seen := names{"column", checkName, map[string]bool{}}
	for _, c := range columns {
		if err := seen.add(c.Name); err != nil {
			return err
		}
		if err := checkDoc("column "+c.Name+": ", c.Doc); err != nil {
			return err
		}
		switch err := checkUnit(c.Unit); {
		case !c.Type.Valid():
			return errors.New("column " + c.Name + " has no type, or cannot be shown in that way")
		case err != nil:
			return errors.New("column " + c.Name + ": " + err.Error())
		case c.Merge != "":
			return errors.New("column " + c.Name + " merges: fields of tables' rows do")
		case c.Element > 0x7fff || c.Element == 0 && c.Enterprise != 0:
			return errors.New("column " + c.Name + ": an element of IPFIX has a number from 1 to 32767")
		}
	}
	return nil
}

func (p *Plugin) checkMetrics() error {
	seen := names{"metric", checkKey, map[string]bool{}}
	for _, m := range p.Metrics {
		if err := seen.add(m.Name); err != nil {
			return err
		}
		if err := checkUnit(m.Unit); err != nil {
			return errors.New("metric " + m.Name + ": " + err.Error())
		}
		if err := checkDoc("metric "+m.Name+": ", m.Doc); err != nil {
			return err
		}
	}
	return nil
}

// checkPass refuses to pass on what is no field of flow ends, nor a column of a plugin that is required.
func (p *Plugin) checkPass(o *Outlet) error {
	pass := o.Pass
	if o.PassesAll() {
		pass = pass[1:]
	}
	for i, name := range pass {
		owner, column := value.Owner(name)
		switch {
		case o.PassesAll() && (column != "" || field.FlowNamed(name)&(field.Dir|field.FlowInd) != 0):
			return errors.New("outlet " + o.Name + " passes " + quoted(name) + " on twice: it is in " + quoted(PassAll))
		case column == "" && field.FlowNamed(name) == 0:
			return errors.New("outlet " + o.Name + " passes " + quoted(name) + " on, which is no field of flow ends, nor PLUGIN.COLUMN")
		case column != "" && (!p.requires(owner) || checkName("column", column) != nil):
			return errors.New("outlet " + o.Name + " passes " + quoted(name) + " on, and the plugin does not require " + quoted(owner))
		case slices.Contains(pass[:i], name):
			return errors.New("outlet " + o.Name + " passes " + quoted(name) + " on twice")
		}
	}
	return nil
}

// checkRowOutlet refuses rows that no run could have.
func (p *Plugin) checkRowOutlet(o *Outlet) error {
	if err := p.checkPass(o); err != nil {
		return err
	}
	switch s := setting.Find(p.Settings, o.Setting); {
	case o.Setting != "" && (s == nil || s.Kind != setting.Target):
		return errors.New("outlet " + o.Name + ": setting " + o.Setting + " must be declared, and a target")
	case len(o.Pass) > 0 && !p.Ends.On || len(o.Pass)+len(o.Columns) == 0:
		return errors.New("outlet " + o.Name + " has no columns")
	}
	if err := checkOwn(o.Columns); err != nil {
		return errors.New("outlet " + o.Name + ": " + err.Error())
	}
	return nil
}

func (p *Plugin) checkColumns() error {
	if err := checkOwn(p.Columns); err != nil {
		return err
	}
	if err := checkOwn(p.Packets.Columns); err != nil {
		return errors.New("packets: " + err.Error())
	}
	for _, c := range p.Packets.Columns {
		if c.Type.IsList() {
			return errors.New("packets: column " + c.Name + " is of lists: a packet has single values")
		}
	}
	if p.Ends.All && len(p.Ends.Columns) > 0 {
		return errors.New("ends read all columns and some by name: choose")
	}
	for _, c := range p.Ends.Columns {
		if err := checkOwned("column", c.Name); err != nil {
			return err
		}
		if owner, _ := value.Owner(c.Name); !p.requires(owner) {
			return errors.New("column " + c.Name + " is read, but " + owner + " is not in Requires")
		}
		if !c.Type.Valid() {
			return errors.New("column " + c.Name + " is read, but has no type")
		}
	}
	return nil
}

func (p *Plugin) checkTables() error {
	seen := names{"export", checkOwned, map[string]bool{}}
	for _, t := range append(p.Exports[:len(p.Exports):len(p.Exports)], p.Imports...) {
		if err := checkOwned("table", t.Name); err != nil {
			return err
		}
		for _, c := range append(t.Key[:len(t.Key):len(t.Key)], t.Row...) {
			if err := checkName("table "+t.Name+": field", c.Name); err != nil {
				return err
			}
		}
	}
	for _, t := range p.Exports {
		if owner, _ := value.Owner(t.Name); owner != p.Name {
			return errors.New("export " + t.Name + " must be named " + p.Name + ".TABLE")
		}
		if err := seen.add(t.Name); err != nil {
			return err
		}
		if !p.Ends.On && !p.Starts.On && !p.Ticks.On() && !p.Packets.Tables {
			return errors.New("export " + t.Name + " is declared but nothing at which it can change: set Starts, Ends or Ticks, or Packets with WithTables")
		}
	}
	for _, t := range append(p.Exports[:len(p.Exports):len(p.Exports)], p.Imports...) {
		if err := checkFields(&t); err != nil {
			return errors.New("table " + t.Name + ": " + err.Error())
		}
	}
	for _, t := range p.Imports {
		if owner, _ := value.Owner(t.Name); !p.requires(owner) {
			return errors.New("table " + t.Name + " is imported, but " + owner + " is not in Requires")
		}
	}
	return nil
}

// checkFields returns the first error of the fields of a table's keys and rows.
func checkFields(t *TableInfo) error {
	for _, c := range append(t.Key[:len(t.Key):len(t.Key)], t.Row...) {
		if !c.Type.Valid() {
			return errors.New("field " + c.Name + " has no type, or cannot be shown in that way")
		}
		if err := checkUnit(c.Unit); err != nil {
			return errors.New("field " + c.Name + ": " + err.Error())
		}
	}
	for _, c := range t.Key {
		if c.Merge != "" {
			return errors.New("field " + c.Name + " of the key merges: rows do whose keys are equal")
		}
	}
	for _, c := range t.Row {
		if !t.merges(&c) {
			return errors.New("field " + c.Name + " is " + c.Type.String() + " and cannot merge by " + quoted(c.Merge))
		}
	}
	return nil
}

// merges reports whether a field of the row can merge by its rule.
func (t *TableInfo) merges(c *ColumnInfo) bool {
	number := c.Type >= value.Uint8 && c.Type <= value.Duration
	switch c.Merge {
	case "", "first", "last":
		return true
	case "min", "max":
		return number || c.Type == value.IP
	case "sum":
		return number && c.Type != value.Float32 && c.Type != value.Float64 && c.Type != value.Time
	}
	other, with := strings.CutPrefix(c.Merge, "with ")
	i := slices.IndexFunc(t.Row, func(o ColumnInfo) bool { return o.Name == other })
	return with && i >= 0 && t.Row[i].Merge != "sum" && !strings.HasPrefix(t.Row[i].Merge, "with ")
}

func (p *Plugin) checkOutlets() error {
	seen := names{"outlet", checkKey, map[string]bool{}}
	for _, o := range p.Outlets {
		if err := seen.add(o.Name); err != nil {
			return err
		}
		if o.Kind == RowOutlet {
			if err := p.checkRowOutlet(&o); err != nil {
				return err
			}
			continue
		}
		if o.Kind == RecordOutlet && len(o.Pass) > 0 {
			if !o.PassesAll() || len(o.Pass)+len(o.Columns) > 1 || !p.Ends.On {
				return errors.New("outlet " + o.Name + " is a record outlet of rows: it passes " + quoted(PassAll) + " on, and the plugin reads flow ends")
			}
		}
		if err := checkKey("outlet "+o.Name+": setting", o.Setting); err != nil {
			return err
		}
		s := setting.Find(p.Settings, o.Setting)
		switch {
		case s == nil:
			return errors.New("outlet " + o.Name + ": setting " + o.Setting + " is not declared")
		case o.Kind == StreamOutlet && s.Kind != setting.Target:
			return errors.New("outlet " + o.Name + ": setting " + o.Setting + " must be a target")
		case o.Kind != StreamOutlet && s.Kind == setting.Target:
			return errors.New("outlet " + o.Name + ": setting " + o.Setting + " must be a text: it ends a file name")
		case o.Kind != StreamOutlet && o.Kind != FileOutlet && o.Kind != RecordOutlet:
			return errors.New("outlet " + o.Name + " has no kind")
		}
		if o.Kind == StreamOutlet {
			continue
		}
		if err := setting.CheckSuffix(s.Default); err != nil {
			return errors.New("setting " + s.Name + ": default " + err.Error())
		}
	}
	return nil
}

func (p *Plugin) requires(name string) bool {
	for _, r := range p.Requires {
		if r.Name == name {
			return true
		}
	}
	return false
}

type names struct {
	what  string
	check func(what, name string) error
	seen  map[string]bool
}

func (n names) add(name string) error {
	if err := n.check(n.what, name); err != nil {
		return err
	}
	if n.seen[name] {
		return errors.New(n.what + " " + name + " is declared twice")
	}
	n.seen[name] = true
	return nil
}
