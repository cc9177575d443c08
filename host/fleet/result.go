package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk/value"
)

// Result is what a run found, beside its records and the files of plugins.
type Result struct {
	Report report.Report `json:"report"` // without what depends on the machine, and names of captures
	Tables []Table       `json:"tables"`
}

// Table is a table that a plugin exported, at the end of the run.
type Table struct {
	Name   string         `json:"name"`
	Key    []value.Column `json:"key"`
	Fields []value.Column `json:"fields"`
	Rows   []Row          `json:"rows"`
	Cut    bool           `json:"cut,omitempty"` // there are more rows
}

// tableOf returns a table as it is sent.
func tableOf(t *watch.Table) Table {
	n := Table{Name: t.Name, Key: t.Key, Fields: t.Fields}
	for _, row := range t.Rows {
		n.Rows = append(n.Rows, Row{[]byte(row.Key), row.Fields})
	}
	return n
}

// check returns an error unless the rows are of the types of the columns.
func (t *Table) check() error {
	for _, c := range append(t.Key[:len(t.Key):len(t.Key)], t.Fields...) {
		if !c.Type.Valid() {
			return fmt.Errorf("table %s has a column of an unknown type", t.Name)
		}
	}
	for _, f := range t.Fields {
		if of, ok := strings.CutPrefix(f.Merge, "with "); ok && !slices.ContainsFunc(t.Fields, func(o value.Column) bool { return o.Name == of }) {
			return fmt.Errorf("table %s: %s merges with %s, which is not there", t.Name, f.Name, of)
		}
		if f.Merge == "sum" && (f.Type.Size() == 0 || f.Type.Size() > 8) {
			return fmt.Errorf("table %s: %s is no number and merges by sum", t.Name, f.Name)
		}
	}
	for _, row := range t.Rows {
		if !value.Whole(t.Key, row.Key) || !value.Whole(t.Fields, row.Fields) {
			return fmt.Errorf("a row of table %s is not of its types", t.Name)
		}
	}
	return nil
}

// Row is the bytes of a row's key and fields, as package value has them.
type Row struct {
	Key    []byte `json:"k"`
	Fields []byte `json:"f"`
}

// Of returns the result of a run that has ended.
func Of(w *watch.Watch) *Result {
	r := &Result{Report: w.State().Report}
	n := &r.Report
	n.PID, n.Date, n.Files, n.Outlets, n.Elapsed, n.Flushed, n.Memory, n.Physical = 0, time.Time{}, nil, nil, 0, 0, 0, 0
	n.Plugins = slices.Clone(n.Plugins)
	for i := range n.Plugins {
		n.Plugins[i].Cost, n.Plugins[i].Memory, n.Plugins[i].Files = 0, 0, nil
	}
	for _, t := range w.Tables() {
		r.Tables = append(r.Tables, tableOf(&t))
	}
	return r
}

// WriteResult writes the result of a run to a file.
func WriteResult(path string, w *watch.Watch) error {
	data, err := json.Marshal(Of(w))
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	return err
}

// maxResult bounds a result without its records, in bytes.
const maxResult = 1 << 30

// readResult reads a result, which a worker has sent.
func readResult(from io.Reader) (*Result, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxResult+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxResult {
		return nil, errors.New("result is too large")
	}
	r := &Result{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	for i := range r.Tables {
		if err := r.Tables[i].check(); err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
	}
	return r, nil
}
