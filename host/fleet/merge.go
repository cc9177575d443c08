package fleet

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// Merger adds up the results of a job's tasks, in the order of their numbers.
type Merger struct {
	Tasks, Failed int
	Report        report.Report // the sum of all
	// File gets each file that plugins of a task wrote, with its name after the prefix; nil: nobody wants them. task is 0 if the job is one run.
	File func(task int, name string, content io.Reader) error

	records io.Writer // gets the records, each with its task's number before it unless plain; nil: nobody wants them
	plain   bool
	head    string
	tables  []*merged
}

// merged is a table that is added up.
type merged struct {
	Table
	sum *sdk.MergedTable
}

// NewMerger returns a merger that writes records to w, unless w is nil.
func NewMerger(w io.Writer) *Merger { return &Merger{records: w} }

// Add adds the result of a task: its records, as T2's text, and the rest.
func (m *Merger) Add(number int, r *Result, records io.Reader) error {
	if m.Tasks++; m.Tasks == 1 {
		m.Report = r.Report
	} else {
		m.Report.Add(&r.Report)
	}
	for i := range r.Tables {
		if err := m.table(fmt.Sprintf("%09d", number), r.Report.Stop, &r.Tables[i]); err != nil {
			return fmt.Errorf("task %d: %w", number, err)
		}
	}
	if m.records == nil || records == nil {
		return nil
	}
	if m.plain {
		_, err := io.Copy(m.records, records)
		return err
	}
	return m.copy(number, records)
}

// Unpack adds the packed result of a task, of captures with these names.
func (m *Merger) Unpack(number int, captures []string, packed io.Reader) error {
	var file func(name string, content io.Reader) error
	if m.File != nil {
		file = func(name string, content io.Reader) error { return m.File(number, name, content) }
	}
	return Unpack(packed, func(r *Result, records io.Reader) error {
		r.Report.Files = captures
		return m.Add(number, r, records)
	}, file)
}

// table adds a table of a run, whose last packet was at a packet time.
func (m *Merger) table(run string, stop int64, t *Table) error {
	var to *merged
	for _, o := range m.tables {
		if o.Name == t.Name {
			to = o
		}
	}
	if to == nil {
		to = &merged{Table: Table{Name: t.Name, Key: t.Key, Fields: t.Fields}, sum: sdk.NewMergedTable(sdk.TableInfo{Name: t.Name, Key: t.Key, Row: t.Fields})}
		m.tables = append(m.tables, to)
	}
	if fmt.Sprint(to.Key, to.Fields) != fmt.Sprint(t.Key, t.Fields) {
		return fmt.Errorf("table %s has other columns than those before", t.Name)
	}
	for i, row := range t.Rows {
		to.sum.Add(row.Key, row.Fields, sdk.Origin{Time: stop, Run: run, Place: uint64(i)})
	}
	return nil
}

// copy copies records, with the number of the task as their first column.
func (m *Merger) copy(number int, records io.Reader) error {
	in := bufio.NewReaderSize(records, 1<<16)
	prefix := fmt.Sprintf("%d\t", number)
	for first := true; ; first = false {
		line, err := in.ReadString('\n')
		if line == "" && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		if first {
			head := "%job\t" + strings.TrimPrefix(line, "%")
			switch m.head {
			case head:
				continue
			case "":
				m.head, line = head, head
			default:
				return fmt.Errorf("records of task %d have other columns", number)
			}
		} else {
			line = prefix + line
		}
		if _, err := io.WriteString(m.records, line); err != nil {
			return err
		}
	}
}

// Tables returns the names of the tables, in the order in which they came.
func (m *Merger) Tables() (names []string) {
	for _, t := range m.tables {
		names = append(names, t.Name)
	}
	return names
}

// WriteTable writes a merged table as text, with tabs between values and a head, in the order of its keys.
func (m *Merger) WriteTable(w io.Writer, name string) error {
	for _, t := range m.tables {
		if t.Name != name {
			continue
		}
		out := bufio.NewWriter(w)
		columns := append(t.Key[:len(t.Key):len(t.Key)], t.Fields...)
		for i, c := range columns {
			out.WriteString(map[bool]string{true: "%", false: "\t"}[i == 0] + c.Name)
		}
		out.WriteByte('\n')
		left := t.sum.Rows(func(key, row []byte) {
			line := appendValues(nil, t.Key, key)
			line = appendValues(line, t.Fields, row)
			line[len(line)-1] = '\n'
			out.Write(line)
		})
		if left > 0 {
			fmt.Fprintf(out, "%%%d more rows are left out: the table has more than %d bytes\n", left, sdk.MaxTable)
		}
		return out.Flush()
	}
	return fmt.Errorf("no table %s", name)
}

// appendValues appends values as text, with a tab after each.
func appendValues(to []byte, columns []value.Column, b []byte) []byte {
	for _, c := range columns {
		v, rest, _ := c.Type.Cut(b) // readResult has checked it
		to = append(c.Type.AppendText(to, v), '\t')
		b = rest
	}
	return to
}
