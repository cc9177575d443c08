package sdk

import (
	"errors"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// OutletKind is what an outlet leads to.
type OutletKind uint8

// The kinds of outlet.
const (
	// FileOutlet is the file PREFIX + suffix. Outlet.Setting names the text setting
	// that holds the suffix.
	FileOutlet OutletKind = iota + 1
	// StreamOutlet leads where the user sets it to. Outlet.Setting names the target setting.
	// The plugin must declare the settings of a [StreamSettings].
	StreamOutlet
	// RecordOutlet is a file like FileOutlet, of flow records: the user may have it
	// compressed, cut into several files, or written to standard output. The plugin must
	// declare the settings of a [RecordSettings].
	RecordOutlet
	// RowOutlet has rows, not frames: typed columns, which t2host encodes and sends where the user
	// says (--to PLUGIN.OUTLET=TARGET). Outlet.Setting, if it is not empty, names a target setting
	// that says it too, with the format: "json+tcp://127.0.0.1:6666". See [Env.Rows].
	RowOutlet
)

// Outlet declares where frames of a plugin can go. The plugin opens nothing: the host opens the
// file or connection, writes, queues and retries. See [Env.Outlet].
type Outlet struct {
	Name    string     // of the outlet, for Env.Outlet: lower-case letters, digits and _, a letter first
	Kind    OutletKind // FileOutlet, StreamOutlet, RecordOutlet or RowOutlet
	Setting string     // the name of the setting that holds its suffix or target; a RowOutlet need not have one

	// Of an outlet of rows: the fields of flow ends and the columns "plugin.column" of plugins that this
	// one requires, which its rows pass on, and columns of its own. The plugin need not read what it passes
	// on. The word "*", the first one, passes the whole record on: dir, flowInd and the columns of all plugins
	// before this one; they are in Opening.Columns. Fields may follow it. A RecordOutlet with Pass has such rows:
	// t2host writes them as text.
	Pass    []string
	Columns []ColumnInfo
}

// PassAll is what Pass has in it if the whole record is passed on.
const PassAll = "*"

// HasRows reports whether rows leave through the outlet, not frames.
func (o *Outlet) HasRows() bool {
	return o.Kind == RowOutlet || o.Kind == RecordOutlet && len(o.Pass) > 0
}

// PassesAll reports whether the outlet passes the whole record on.
func (o *Outlet) PassesAll() bool { return len(o.Pass) > 0 && o.Pass[0] == PassAll }

// RowsOf declares an outlet of rows: fields of flow ends and columns of other plugins, which its rows pass on
// by reference, and, with [Outlet.Own], columns of its own.
func RowsOf(name string, fields []field.Flow, columns ...AnyColumn) Outlet {
	o := Outlet{Name: name, Kind: RowOutlet}
	for _, f := range fields {
		o.Pass = append(o.Pass, f.Names()...)
	}
	for _, c := range columns {
		o.Pass = append(o.Pass, c.Info().Name)
	}
	return o
}

// WithRecord returns the outlet with the whole record before its fields, of which none may be in the record.
func (o Outlet) WithRecord() Outlet {
	o.Pass = append([]string{PassAll}, o.Pass...)
	return o
}

// To returns the outlet with the target setting that says where its rows go, unless the user's --to does.
func (o Outlet) To(setting string) Outlet {
	o.Setting = setting
	return o
}

// Own returns the outlet with columns of its own, whose RowWriter writes them.
func (o Outlet) Own(columns ...AnyColumn) Outlet {
	for _, c := range columns {
		info := c.Info()
		_, short := value.Owner(info.Name)
		if short == "" {
			short = info.Name
		}
		info.Name = short
		o.Columns = append(o.Columns[:len(o.Columns):len(o.Columns)], info)
	}
	return o
}

// StreamSettings are the settings of a stream outlet. A plugin embeds them in its settings and
// declares them, so that each sink has the same. The host acts on them.
type StreamSettings struct {
	To       string // the target, "udp://127.0.0.1:514"
	OnAbsent string // what happens if nobody listens at the start: "fail" or "wait"
	Drain    uint32 // how long the end of the run waits for what is not delivered, seconds
	Queue    uint32 // bytes that wait for a receiver that is away or slow
}

// StreamDefaults returns the default settings, for Spec.Defaults. to is the default of the
// target. It is "" in a plugin that does not come with t2host: the user must name its target,
// whatever it declares.
func StreamDefaults(to string) StreamSettings {
	return StreamSettings{To: to, OnAbsent: "fail", Drain: 5, Queue: 16 << 20}
}

// Settings returns the declarations of the settings to, on_absent, drain and queue.
func (s *StreamSettings) Settings() []Setting {
	return []Setting{
		TargetSetting("to", &s.To, "where the reports go: tcp://HOST:PORT, udp://HOST:PORT, unix://PATH, file:PATH, or - for standard output"),
		ChoiceSetting("on_absent", &s.OnAbsent, "what happens when nobody listens at the start", "fail", "wait"),
		Uint32Setting("drain", &s.Drain, "s", 0, 3600, "how long the end of the run waits for what is not delivered yet"),
		Uint32Setting("queue", &s.Queue, "bytes", 1<<16, 64<<20, "how much waits for a receiver that is away or slow; above it the oldest report is dropped"),
	}
}

// Datagrams reports whether the target gets each frame as one datagram.
func (s *StreamSettings) Datagrams() bool { return strings.HasPrefix(s.To, "udp:") }

// RecordSettings are the settings of a record outlet. A plugin embeds them in its settings and
// declares them. The host acts on them, but for the size of a file: the plugin calls
// [OutletWriter.Next] when one is full.
type RecordSettings struct {
	Suffix string // the file's name is the output prefix and this
	Split  string // the size of a file, "500M" or "1000f" (flows), or "" for one file, see SplitSize
	Start  uint32 // the number of the first file if it is split
	Gzip   bool   // compress it
}

// Settings returns the declarations of the settings suffix, split, split_start and gzip.
func (s *RecordSettings) Settings() []Setting {
	return []Setting{
		TextSetting("suffix", &s.Suffix, "the file is the output prefix and this"),
		TextSetting("split", &s.Split, "cut it into files of that size, with a number after the name: bytes with K, M or G (powers of 1000), or with f flows; empty: one file"),
		Uint32Setting("split_start", &s.Start, "", 0, 1<<31, "number of the first of these files"),
		BoolSetting("gzip", &s.Gzip, "compress it, and add .gz to its name"),
	}
}

// RowSettings are the settings of a record outlet of rows. A plugin embeds them in its settings and
// declares them. The host acts on them.
type RowSettings struct {
	RecordSettings
	Columns string // the columns to write, in this order; "" or "*" is all
	Except  string // the columns to leave out
}

// Settings returns the declarations of the settings of [RecordSettings], columns and except.
func (s *RowSettings) Settings() []Setting {
	return append(s.RecordSettings.Settings(),
		TextSetting("columns", &s.Columns, "the columns to write, in this order, separated by commas: NAME, PLUGIN.NAME, or PLUGIN.* for all of a plugin; all by default"),
		TextSetting("except", &s.Except, "the columns to leave out, named in the same way"),
	)
}

// SplitSize returns the size of a file that Split holds, in flows or in bytes, or 0 if Split is
// empty. It returns an error if Split is not a size.
func (s *RecordSettings) SplitSize() (size uint64, flows bool, err error) {
	text := s.Split
	if text == "" {
		return 0, false, nil
	}
	if flows = strings.HasSuffix(text, "f"); flows {
		text = text[:len(text)-1]
	}
	unit := uint64(1)
	for i, letter := range []string{"K", "M", "G"} {
		if number, ok := strings.CutSuffix(text, letter); ok {
			text = number
			unit = [...]uint64{1e3, 1e6, 1e9}[i]
			break
		}
	}
	n, err := strconv.ParseUint(text, 10, 40)
	if err != nil || n == 0 {
		return 0, false, errors.New("setting split: " + strconv.Quote(s.Split) + " is not a size such as 500M or 1000f")
	}
	return n * unit, flows, nil
}
