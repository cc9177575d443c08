package txtsink

import (
	"errors"
	"slices"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// column is a column that is written.
type column struct {
	name  string // without its plugin
	owner string // its plugin, empty for the host's own
	code  string // of its type, as T2 names it
	doc   string
	index int // in Ends.Columns, or one of those below
}

// The host's own columns.
const (
	dirColumn     = -1
	flowIndColumn = -2
)

// available returns all columns of a run, in the order of the record.
func available(others []sdk.ColumnInfo) []column {
	list := []column{
		{"dir", "", "C", "Flow direction", dirColumn},
		{"flowInd", "", value.Uint64.Code(), "Flow index", flowIndColumn},
	}
	for i, c := range others {
		owner, name := value.Owner(c.Name)
		list = append(list, column{name, owner, c.Type.Code(), c.Doc, i})
	}
	return list
}

// named reports whether a word of a setting names the column.
func (c *column) named(word string) bool {
	switch {
	case word == c.name || word == "*":
		return true
	case c.owner == "":
		return false
	}
	return word == c.owner+"."+c.name || word == c.owner+".*"
}

// choose returns the columns that the settings columns and except leave, each once, in the
// order in which they are named.
func choose(others []sdk.ColumnInfo, columns, except string) ([]column, error) {
	all := available(others)
	if strings.TrimSpace(columns) == "" {
		columns = "*"
	}
	chosen, err := pick(all, "columns", columns)
	if err != nil {
		return nil, err
	}
	left, err := pick(all, "except", except)
	if err != nil {
		return nil, err
	}
	chosen = slices.DeleteFunc(chosen, func(c column) bool { return slices.Contains(left, c) })
	if len(chosen) == 0 {
		return nil, errors.New("settings columns and except leave no column: name one")
	}
	return chosen, nil
}

// pick returns the columns that a setting names.
func pick(all []column, setting, text string) ([]column, error) {
	var list []column
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		known := false
		for _, c := range all {
			if !c.named(word) {
				continue
			}
			known = true
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
		if !known {
			return nil, errors.New("setting " + setting + " names " + word + ", which is not a column of this run" + hint(word, all))
		}
	}
	return list, nil
}

// hint names the column that was probably meant, or all columns.
func hint(word string, all []column) string {
	var names, known []string
	for i := range all {
		c := &all[i]
		names = append(names, c.name)
		if known = append(known, c.name); c.owner != "" {
			known = append(known, c.owner+"."+c.name, c.owner+".*")
		}
	}
	best, least := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return ", did you mean " + best + "?"
	}
	return " (known: " + strings.Join(names, ", ") + ")"
}

// distance counts the letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
