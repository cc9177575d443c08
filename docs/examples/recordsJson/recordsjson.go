// Package recordsjson writes each flow record with all columns of the run as a line of JSON.
package recordsjson

import (
	"math"
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// Settings of an opened plugin.
type Settings struct{ sdk.RecordSettings }

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "recordsJson", Number: 930, Version: "0.1.0",
	Doc:      "writes each flow record with all columns as a line of JSON",
	Defaults: Settings{sdk.RecordSettings{Suffix: "_records.jsonl"}},
	Settings: func(s *Settings) []sdk.Setting { return s.RecordSettings.Settings() },
	Ends:     sdk.End(field.Dir, field.FlowInd).WithAll(),
	Outlets:  []sdk.Outlet{{Name: "records", Kind: sdk.RecordOutlet, Setting: "suffix"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{records: env.Outlet("records")}
	for _, c := range env.Columns {
		_, name := value.Owner(c.Name)
		k.columns = append(k.columns, column{",\"" + name + "\":", c.Type})
	}
	var err error
	k.full, k.byFlows, err = s.SplitSize()
	return &sdk.Loop{EndFlow: k.endFlow}, err
}

// sink is an opened plugin.
type sink struct {
	records *sdk.OutletWriter
	columns []column
	buf     []byte

	full, size uint64 // of a file: flows or bytes, 0: a single file
	byFlows    bool
}

// column is a column that is written, and what comes before its value.
type column struct {
	key string
	value.Type
}

func (k *sink) endFlow(end sdk.EndRow) error {
	b := append(k.buf[:0], `{"dir":"`...)
	b = append(b, "AB"[end.Dir()])
	b = append(b, `","flowInd":`...)
	b = strconv.AppendUint(b, end.FlowInd(), 10)
	for i, c := range k.columns {
		b = append(b, c.key...)
		if c.IsList() {
			b = appendList(b, c.Type, end.Bytes(i))
		} else {
			b = appendValue(b, c.Type, end.Bytes(i))
		}
	}
	k.buf = append(b, "}\n"...)
	k.records.Send(k.buf)
	k.split()
	return nil
}

// split begins another file when this one is full.
func (k *sink) split() {
	if k.byFlows {
		k.size++
	} else {
		k.size += uint64(len(k.buf))
	}
	if k.full > 0 && k.size >= k.full {
		k.records.Next()
		k.size = 0
	}
}

// appendList appends an array of the elements of a list.
func appendList(b []byte, t value.Type, list []byte) []byte {
	b = append(b, '[')
	for n := 0; ; n++ {
		elem, rest, ok := t.Next(list)
		if !ok {
			return append(b, ']')
		}
		if n > 0 {
			b = append(b, ',')
		}
		b, list = appendValue(b, t.Elem(), elem), rest
	}
}

// appendValue appends a value as JSON: numbers as numbers, what has no number as null, all else as
// texts in the form that txtsink has.
func appendValue(b []byte, t value.Type, v []byte) []byte {
	switch t {
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64, value.Int64, value.Time, value.Duration:
		return t.AppendText(b, v)
	case value.Float32, value.Float64:
		bits, x := 64, 0.0
		if vec := (value.Vec{Type: t, Data: v}); t == value.Float32 {
			bits, x = 32, vec.Float(0)
		} else {
			x = vec.Float(0)
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, x, 'g', -1, bits)
	case value.Text, value.String:
		return appendString(b, v)
	case value.IP:
		if v[0] == 0 {
			return append(b, "null"...)
		}
	}
	return append(t.AppendText(append(b, '"'), v), '"')
}

// appendString appends a text as a string of JSON (RFC 8259, 7). A byte that is not UTF-8 becomes U+FFFD.
func appendString(b, text []byte) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range string(text) {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
