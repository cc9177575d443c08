// Package encode turns rows into bytes: text, CSV, JSON in several shapes, IPFIX, NetFlow v9, T2's binary form.
package encode

import (
	"fmt"
	"slices"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// Encoder turns rows into frames: bytes that leave whole, as one datagram or one piece of a file.
// Its frames do not depend on how the rows were cut into calls of Put.
type Encoder interface {
	// Head returns what each file and each connection begins with, before rows of that packet time;
	// nil is nothing.
	Head(at int64) []byte
	// Put encodes row i of r, and calls the Emit of the configuration with each frame that is full.
	Put(r *stream.Rows, i int) error
	// Flush emits what was put and has not been emitted.
	Flush() error
}

// Emit hands a frame on with the number of its rows. Its bytes are valid during the call.
type Emit func(frame []byte, rows int) error

// Config is what an encoder needs to know.
type Config struct {
	Columns []value.Column // of the rows
	// Frame is the number of bytes from which on a frame of lines leaves, and that a frame of
	// messages must not exceed; 0: each row is a frame.
	Frame int
	Rows  int // that a frame has at most; 0: any number
	Emit  Emit

	// Of IPFIX and NetFlow: Datagrams repeats the templates, since one may be lost. Domain is the
	// observation domain. Enterprise is the number of columns that no element of IANA is, and
	// Describe sends them at all.
	Datagrams  bool
	Domain     uint32
	Enterprise uint32
	Describe   bool
}

// Format is a way to encode rows.
type Format struct {
	Name, Doc string
	Ends      []string // of file names, without the dot
	// Stream is the stream whose rows it shows if the user names none: flows, or conversations.
	Stream string
	// Needs are columns without which it cannot show anything; "srcIP" may be "srcIP_A" too.
	Needs []string
	// Binary is set if its frames are no text.
	Binary bool

	new func(c *Config) (Encoder, error)
}

// Formats are all formats.
var Formats = []Format{
	{Name: "text", Doc: "T2's text: a line for each row, with tabulators between the columns, after a line with their names", Ends: []string{"txt"}, Stream: stream.Flows, new: newText},
	{Name: "csv", Doc: "comma-separated values (RFC 4180), after a line with the names of the columns", Ends: []string{"csv"}, Stream: stream.Flows, new: newCSV},
	{Name: "json", Doc: "a JSON object for each row, on a line", Ends: []string{"json", "jsonl", "ndjson"}, Stream: stream.Flows, new: newJSON},
	{Name: "eve", Doc: "JSON in the shape of Suricata's flow events, one for each conversation", Stream: stream.Conversations, Needs: identity, new: newEVE},
	{Name: "zeek", Doc: "JSON in the shape of Zeek's conn.log, an object for each conversation", Stream: stream.Conversations, Needs: identity, new: newZeek},
	{Name: "ecs", Doc: "JSON in the shape of the Elastic Common Schema, an object for each conversation", Stream: stream.Conversations, Needs: identity, new: newECS},
	{Name: "ipfix", Doc: "IPFIX messages (RFC 7011); conversations are biflows (RFC 5103)", Ends: []string{"ipfix"}, Stream: stream.Flows, Binary: true, new: newIPFIX},
	{Name: "netflow9", Doc: "NetFlow version 9 (RFC 3954)", Ends: []string{"nf9"}, Stream: stream.Flows, Binary: true, new: newNetflow9},
	{Name: "bin", Doc: "T2's binary form, as its binSink writes it: a head that names and describes the columns, then their values", Ends: []string{"bin"}, Stream: stream.Flows, Binary: true, new: newBin},
	{Name: "raw", Doc: "the bytes of one column of text, with nothing between: the frames of a plugin as they are", Stream: stream.Flows, new: newRaw},
}

// identity are the columns that tell whose conversation it is.
var identity = []string{"srcIP", "srcPort", "dstIP", "dstPort", "l4Proto", "timeFirst", "timeLast"}

// Named returns the format of a name, nil if there is none.
func Named(name string) *Format {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &Formats[i]
}

// Ending returns the format of files whose names have an ending, nil if there is none.
func Ending(end string) *Format {
	i := slices.IndexFunc(Formats, func(f Format) bool { return slices.Contains(f.Ends, end) })
	if i < 0 {
		return nil
	}
	return &Formats[i]
}

// New returns an encoder, or an error if the rows lack a column that the format needs.
func (f *Format) New(c Config) (Encoder, error) {
	for _, name := range f.Needs {
		if index(c.Columns, name) < 0 && index(c.Columns, name+"_A") < 0 {
			return nil, fmt.Errorf("format %s needs the column %s: add basicflow to -p", f.Name, name)
		}
	}
	return f.new(&c)
}

// index returns the place of the column with a name, -1 if there is none.
func index(columns []value.Column, name string) int {
	return slices.IndexFunc(columns, func(c value.Column) bool { return c.Name == name })
}

// lines is an encoder of rows that are a line each.
type lines struct {
	*Config
	head []byte
	row  func(b []byte, r *stream.Rows, i int) []byte
	buf  []byte
	n    int
}

func (l *lines) Head(int64) []byte { return l.head }

func (l *lines) Put(r *stream.Rows, i int) error {
	l.buf = append(l.row(l.buf, r, i), '\n')
	return l.put()
}

// put completes a row.
func (l *lines) put() error {
	l.n++
	if len(l.buf) >= l.Frame || l.n == l.Rows {
		return l.Flush()
	}
	return nil
}

func (l *lines) Flush() error {
	if l.n == 0 {
		return nil
	}
	err := l.Emit(l.buf, l.n)
	l.buf, l.n = l.buf[:0], 0
	return err
}
