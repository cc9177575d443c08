// Package txtsink writes flow records as text: a file with a line for each
// flow, and a file that describes its columns.
package txtsink

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.RecordSettings
	HeadersSuffix string
	Columns       string
	Except        string
}

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "txtsink", Number: 901, Version: "1.0.0",
	Doc:      "writes each flow's record as a line of text",
	Defaults: Settings{RecordSettings: sdk.RecordSettings{Suffix: "_flows.txt"}, HeadersSuffix: "_headers.txt", Columns: "*"},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.RecordSettings.Settings(),
			sdk.TextSetting("headers_suffix", &s.HeadersSuffix, "the file that names the columns is the output prefix and this"),
			sdk.TextSetting("columns", &s.Columns, "the columns to write, in this order, separated by commas: NAME, PLUGIN.NAME, or PLUGIN.* for all of a plugin; all by default"),
			sdk.TextSetting("except", &s.Except, "the columns to leave out, named in the same way"),
		)
	},
	Ends: sdk.End(field.Dir, field.FlowInd).WithAll(),
	Outlets: []sdk.Outlet{
		{Name: "flows", Kind: sdk.RecordOutlet, Setting: "suffix"},
		{Name: "headers", Kind: sdk.FileOutlet, Setting: "headers_suffix"},
	},
	Open: open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	columns, err := choose(env.Columns, s.Columns, s.Except)
	if err != nil {
		return nil, err
	}
	k := &sink{
		columns: columns,
		flows:   env.Outlet("flows"), headers: env.Outlet("headers"),
		table: headers(&env.Opening, columns),
		buf:   make([]byte, 0, frame+frame/4),
	}
	k.full, k.byFlows, err = s.SplitSize()
	return k, err
}

// frame is the number of bytes from which on lines are sent, as one frame.
const frame = 64 << 10

// sink is an opened plugin. It is a Stage of its own: it reads the batch's columns
// row by row, and nothing else.
type sink struct {
	columns        []column
	flows, headers *sdk.OutletWriter
	table          []byte // the headers file, until it is sent

	dir, flowInd value.Vec    // the host's columns of a batch, as one of a plugin has them
	row          []*value.Vec // the columns that are written
	buf          []byte       // lines that are not sent yet

	full    uint64 // size of a file, 0: a single file
	byFlows bool   // in records, else in bytes
	size    uint64 // of the file so far, without buf
}

// Batch writes the batch's records.
func (k *sink) Batch(b *sdk.Batch) error {
	if k.table != nil {
		k.headers.Send(k.table)
		k.table = nil
		k.buf = headerLine(k.buf, k.columns)
	}
	k.take(&b.Ends)
	for i := range b.Ends.N {
		k.buf = append(value.AppendRow(k.buf, k.row, i), '\n')
		if k.full > 0 {
			k.split()
		}
		if len(k.buf) >= frame {
			k.send()
		}
	}
	if len(k.buf) > 0 {
		k.send() // the records of a batch leave with it
	}
	return nil
}

// take sets row to the columns of a batch.
func (k *sink) take(e *sdk.Ends) {
	if e.N == 0 {
		return // and a batch without ends has no columns
	}
	k.dir.Reset(value.Text)
	k.flowInd.Reset(value.Uint64)
	k.row = k.row[:0]
	for _, c := range k.columns {
		switch c.index {
		case dirColumn:
			for _, d := range e.Dir[:e.N] {
				k.dir.Data = append(k.dir.Data, "AB"[min(d, 1)])
				k.dir.Ends = append(k.dir.Ends, uint32(len(k.dir.Data)))
			}
			k.row = append(k.row, &k.dir)
		case flowIndColumn:
			for _, n := range e.FlowInd[:e.N] {
				k.flowInd.Data = append(k.flowInd.Data, byte(n), byte(n>>8), byte(n>>16), byte(n>>24),
					byte(n>>32), byte(n>>40), byte(n>>48), byte(n>>56))
			}
			k.row = append(k.row, &k.flowInd)
		default:
			k.row = append(k.row, &e.Columns[c.index])
		}
	}
}

// split begins another file when this one is full, as T2 does
// (docs/reference/records.md#numbered-files).
func (k *sink) split() {
	full := k.size+uint64(len(k.buf)) >= k.full
	if k.byFlows {
		k.size++
		full = k.size >= k.full
	}
	if !full {
		return
	}
	k.send()
	k.flows.Next()
	k.size = 0
}

func (k *sink) send() {
	k.flows.Send(k.buf)
	if !k.byFlows {
		k.size += uint64(len(k.buf))
	}
	k.buf = k.buf[:0]
}

// Close does nothing: everything has been sent.
func (k *sink) Close() error { return nil }
