package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// count is of cells that should agree.
type count struct{ cells, agree int }

func (c *count) percent() float64 {
	if c.cells == 0 {
		return 100
	}
	return 100 * float64(c.agree) / float64(c.cells)
}

// exactly shows a share so that only all cells are 100.
func (c *count) exactly() string {
	if c.agree < c.cells && c.percent() > 99.99995 {
		return "<100"
	}
	return fmt.Sprintf("%.4f", c.percent())
}

// column is what is known of one over all pairs.
type column struct {
	name string
	count
	examples []string
}

// capture is what is known of one pair.
type capture struct {
	name      string
	want, got int // lines
	count
	differ []string // columns, with how many cells
}

// tally counts the cells of pairs of files.
type tally struct {
	examples          int // to keep of each column
	columns           []*column
	captures          []*capture
	onlyWant, onlyGot []string // columns
}

func newTally(examples int) *tally { return &tally{examples: examples} }

// add compares a pair: all columns of want, in all lines of both.
func (t *tally) add(p pair) error {
	want, err := readFlows(p.want)
	if err != nil {
		return err
	}
	got, err := readFlows(p.got)
	if err != nil {
		return err
	}
	t.compare(p.name, want, got)
	return nil
}

func (t *tally) compare(name string, want, got *flows) {
	c := &capture{name: name, want: len(want.lines), got: len(got.lines)}
	t.captures = append(t.captures, c)
	t.onlyGot = missing(t.onlyGot, got.columns, want.columns)
	t.onlyWant = missing(t.onlyWant, want.columns, got.columns)
	for _, column := range want.columns {
		of := t.column(column)
		before := of.count
		for line := range max(c.want, c.got) {
			w, inWant := want.cell(line, column)
			g, inGot := got.cell(line, column)
			of.cells++
			switch {
			case inWant && inGot && w == g:
				of.agree++
			case len(of.examples) < t.examples && slices.Contains(got.columns, column):
				of.examples = append(of.examples, example(name, column, line, want, got))
			}
		}
		cells, agree := of.cells-before.cells, of.agree-before.agree
		c.cells += cells
		c.agree += agree
		if agree < cells {
			c.differ = append(c.differ, fmt.Sprintf("%s (%d)", column, cells-agree))
		}
	}
}

// missing adds to list the columns of one file that the other has not.
func missing(list, of, other []string) []string {
	for _, name := range of {
		if !slices.Contains(other, name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// column is the one of that name.
func (t *tally) column(name string) *column {
	for _, c := range t.columns {
		if c.name == name {
			return c
		}
	}
	t.columns = append(t.columns, &column{name: name})
	return t.columns[len(t.columns)-1]
}

// example is a place where two cells differ. Lines are counted as in the file.
func example(capture, column string, line int, want, got *flows) string {
	shown := func(f *flows) string {
		if value, ok := f.cell(line, column); ok {
			return fmt.Sprintf("%q", value)
		}
		return "no line"
	}
	from := want
	if line >= len(want.lines) {
		from = got
	}
	place := fmt.Sprintf("line %d", line+2)
	if capture != "" {
		place = capture + " " + place
	}
	if flowInd, ok := from.cell(line, "flowInd"); ok {
		dir, _ := from.cell(line, "dir")
		place += ", flowInd " + flowInd + dir
	}
	return fmt.Sprintf("%s: want %s, got %s", place, shown(want), shown(got))
}

// print writes the tables: columns, captures, examples.
func (t *tally) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "column\tcells\tagree\tpercent")
	var sum count
	for _, c := range t.columns {
		sum.cells += c.cells
		sum.agree += c.agree
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", c.name, c.cells, c.agree, c.exactly())
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%s\n", sum.cells, sum.agree, sum.exactly())
	w.Flush()
	fmt.Fprintln(out)
	if len(t.captures) > 1 {
		fmt.Fprintln(w, "capture\tlines\tgot\tpercent\tcells that differ")
		slices.SortStableFunc(t.captures, func(a, b *capture) int { return cmp.Compare(a.percent(), b.percent()) })
		for _, c := range t.captures {
			fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", c.name, c.want, c.got, c.exactly(), strings.Join(c.differ, " "))
		}
		w.Flush()
		fmt.Fprintln(out)
	} else if c := t.captures[0]; c.want != c.got {
		fmt.Fprintf(out, "%d lines wanted, %d got\n", c.want, c.got)
	}
	for _, c := range t.columns {
		for _, e := range c.examples {
			fmt.Fprintf(out, "%s: %s\n", c.name, e)
		}
	}
	if len(t.onlyWant) > 0 {
		fmt.Fprintln(out, "only in what is wanted:", strings.Join(t.onlyWant, " "))
	}
	if len(t.onlyGot) > 0 {
		fmt.Fprintln(out, "only in what was got:", strings.Join(t.onlyGot, " "))
	}
}

// below returns the columns that agree in too few cells.
func (t *tally) below(least float64) []string {
	var lines []string
	for _, c := range t.columns {
		if slices.Contains(t.onlyWant, c.name) {
			lines = append(lines, fmt.Sprintf("%s: not in all of what was got", c.name))
		} else if c.percent() < least {
			lines = append(lines, fmt.Sprintf("%s: %s percent agree, less than %g", c.name, c.exactly(), least))
		}
	}
	return lines
}
