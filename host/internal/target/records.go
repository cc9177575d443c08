package target

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/internal/encode"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk"
)

// Records returns the target of a record outlet of rows: T2's text, to the file of the outlet, as the plugin's
// settings say.
func Records(s *stream.Stream, out outlet.Config, settings *sdk.RowSettings) (*Target, error) {
	t := &Target{Stream: s, Outlet: out, format: encode.Named("text")}
	t.Outlet.Rows = true
	all := settings.Columns
	if strings.TrimSpace(all) == "" {
		all = "*"
	}
	chosen, err := pick(s, "setting columns", all, "this run")
	if err != nil {
		return nil, err
	}
	left, err := pick(s, "setting except", settings.Except, "this run")
	if err != nil {
		return nil, err
	}
	t.columns = slices.DeleteFunc(chosen, func(i int) bool { return slices.Contains(left, i) })
	if len(t.columns) == 0 {
		return nil, errors.New("settings columns and except leave no column: name one")
	}
	if t.split, t.byRows, err = settings.SplitSize(); err != nil {
		return nil, err
	}
	t.encoder = encode.Config{Columns: t.chosen(), Frame: 64 << 10}
	for i, k := range t.columns { // T2's file has the names without their plugins
		_, name, ok := strings.Cut(s.Columns[k].Name, ".")
		if ok {
			t.encoder.Columns[i].Name = name
		}
	}
	if t.split > 0 {
		t.encoder.Frame = 0 // a file ends with the row that fills it
	}
	return t, nil
}

// pick returns the columns that a setting or an option names, each once, of the columns of what is called of.
func pick(s *stream.Stream, setting, text, of string) ([]int, error) {
	var list []int
	var names, known []string
	for i, c := range s.Columns {
		names = append(names, c.Name)
		if known = append(known, c.Name); s.Owners[i] != "" {
			known = append(known, s.Owners[i]+"."+c.Name, s.Owners[i]+".*")
		}
	}
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		found := false
		for i := range s.Columns {
			if s.Named(i, word) {
				found = true
				if !slices.Contains(list, i) {
					list = append(list, i)
				}
			}
		}
		if !found {
			hint := nearest.Hint(word, known)
			if hint == "" {
				hint = " (known: " + strings.Join(names, ", ") + ")"
			}
			return nil, fmt.Errorf("%s names %s, which is not a column of %s%s", setting, word, of, hint)
		}
	}
	return list, nil
}

// Columns describes the columns that leave, as plugins are told of them: "plugin.column", or the name alone of
// those of the host.
func (t *Target) Columns() []sdk.ColumnInfo {
	list := t.chosen()
	for i, k := range t.columns {
		if owner := t.Stream.Owners[k]; owner != "" && !strings.HasPrefix(list[i].Name, owner+".") {
			list[i].Name = owner + "." + list[i].Name
		}
	}
	return list
}
