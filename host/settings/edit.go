package settings

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// Change is one setting's new value in a settings file.
type Change struct {
	Group, Key string // Group "" is for a key outside all groups
	Literal    string // the value as TOML; empty: the setting is removed
}

// Literal returns a setting's value as TOML, or an error if it has none.
func Literal(group string, s *sdk.Setting, text string) (string, error) {
	switch {
	case !utf8.ValidString(text):
		return "", fmt.Errorf("%q is not UTF-8, as a settings file must be", text)
	case group == "": // the list of plugins
		var names []string
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, quoted(name))
			}
		}
		return "[" + strings.Join(names, ", ") + "]", nil
	case s.Kind == setting.Uint:
		u, err := strconv.ParseUint(text, 10, 64) // TOML has no leading zeros
		number := strconv.FormatUint(u, 10)
		if u > math.MaxInt64 { // TOML's numbers have a sign
			number = quoted(number)
		}
		return number, err
	case s.Kind == setting.Bool:
		return text, nil
	}
	return quoted(text), nil
}

// quoted returns a text as a TOML string: on one line, and with unprintable characters
// escaped. TOML has no \x.
func quoted(text string) string {
	b := []byte{'"'}
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case strconv.IsPrint(r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			b = fmt.Appendf(b, `\U%08x`, r)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return string(append(b, '"'))
}

// Edit changes settings in a settings file. Comments, order and all other values stay; Edit
// returns an error if the file is written in a way in which it cannot promise that.
func Edit(data []byte, changes []Change) ([]byte, error) {
	for _, c := range changes {
		before, err := flatten(data)
		if err != nil {
			return nil, err
		}
		fresh, err := edit(data, c)
		if err != nil {
			return nil, err
		}
		after, err := flatten(fresh)
		if err != nil || !changed(before, after, c) {
			return nil, fmt.Errorf("%s cannot be edited automatically", c.name())
		}
		data = fresh
	}
	return data, nil
}

func (c *Change) name() string {
	if c.Group == "" {
		return c.Key
	}
	return strings.ToLower(c.Group) + "." + c.Key
}

// changed reports whether a file's values differ in this change only.
func changed(before, after map[string]string, c Change) bool {
	name := c.name()
	_, there := after[name]
	delete(before, name)
	delete(after, name)
	return there == (c.Literal != "") && maps.Equal(before, after)
}

// flatten returns all values of a file by their names in lower case.
func flatten(data []byte) (map[string]string, error) {
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	for name, x := range tree {
		group, ok := x.(map[string]any)
		if !ok {
			flat[strings.ToLower(name)] = fmt.Sprint(x)
		}
		for key, y := range group {
			flat[strings.ToLower(name+"."+key)] = fmt.Sprint(y)
		}
	}
	return flat, nil
}

// InFile returns the settings that the file sets, as changes that remove them.
func (v *Values) InFile() []Change {
	var list []Change
	for _, group := range slices.Sorted(maps.Keys(v.set)) {
		for _, key := range slices.Sorted(maps.Keys(v.set[group])) {
			if v.set[group][key].source == File {
				list = append(list, Change{Group: group, Key: key})
			}
		}
	}
	return list
}

// place is the position of a setting in a file, or where it would be inserted.
type place struct {
	found      bool
	start, end int // of its expression: KEY = VALUE
	value      int // where the value begins
	table      int // after the group's last line; -1 without a table of that name
	comment    int // after a comment with this setting, as Template writes one; -1 if there is none
	header     int // where the first table begins
}

// find finds a setting's place.
func find(data []byte, c Change) (place, error) {
	at := place{table: -1, comment: -1, header: len(data)}
	shown := regexp.MustCompile(`^#\s*` + regexp.QuoteMeta(c.Key) + `\s*=`)
	p := unstable.Parser{KeepComments: true}
	p.Reset(data)
	group := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			it := e.Key()
			name := keyOf(it)
			if group == "" {
				at.header = min(at.header, lineStart(data, int(e.Child().Raw.Offset)))
			}
			group = name
			if e.Kind == unstable.Table && strings.EqualFold(name, c.Group) {
				at.table = lineEnd(data, int(e.Child().Raw.Offset))
			}
		case unstable.Comment:
			if strings.EqualFold(group, c.Group) && shown.Match(e.Data) {
				at.comment = lineEnd(data, int(e.Raw.Offset))
			}
		case unstable.KeyValue:
			name := keyOf(e.Key())
			end := int(e.Raw.Offset + e.Raw.Length)
			if group != "" {
				name = group + "." + name
			}
			if strings.EqualFold(name, c.name()) {
				at.found, at.start, at.end = true, int(e.Raw.Offset), end
				at.value = at.start + valueOffset(p.Raw(e.Raw))
			}
			if c.Group != "" && strings.EqualFold(group, c.Group) {
				at.table = lineEnd(data, end)
			}
		}
	}
	return at, p.Error()
}

// keyOf returns a dotted key.
func keyOf(it unstable.Iterator) string {
	var parts []string
	for it.Next() {
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, ".")
}

var keyPart = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+|[ \t]|\.)*=[ \t]*`)

// valueOffset returns where the value begins in KEY = VALUE.
func valueOffset(expression []byte) int { return len(keyPart.Find(expression)) }

func edit(data []byte, c Change) ([]byte, error) {
	at, err := find(data, c)
	if err != nil {
		return nil, err
	}
	newline := "\n"
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		newline = "\r\n"
	}
	line := c.Key + " = " + c.Literal + newline
	switch {
	case c.Literal == "" && !at.found:
		return nil, errors.New(c.name() + ": not found at its position")
	case c.Literal == "":
		return remove(data, at.start, at.end), nil
	case at.found:
		return splice(data, at.value, at.end, c.Literal), nil
	case at.comment >= 0:
		return insert(data, at.comment, line, newline), nil
	case c.Group == "":
		return insert(data, behindKeys(data, at.header), line, newline), nil
	case at.table >= 0:
		return insert(data, at.table, line, newline), nil
	}
	line = "[" + strings.ToLower(c.Group) + "]" + newline + line
	if len(data) > 0 {
		line = newline + line
	}
	return insert(data, len(data), line, newline), nil
}

// remove removes an expression, with its line if nothing else is on it: a comment after it
// stays.
func remove(data []byte, start, end int) []byte {
	from, to := lineStart(data, start), lineEnd(data, end)
	if rest := bytes.TrimSpace(data[end:to]); len(rest) > 0 {
		return splice(data, start, end+bytes.Index(data[end:to], rest), "")
	}
	return splice(data, from, to, "")
}

// behindKeys returns the place before the first table and the comments that belong to it.
func behindKeys(data []byte, header int) int {
	for header > 0 && header < len(data) {
		before := lineStart(data, header-1)
		if data[before] != '#' {
			break
		}
		header = before
	}
	return header
}

// insert inserts a line at the beginning of one; the line before gets a newline if it has
// none.
func insert(data []byte, at int, line, newline string) []byte {
	if at > 0 && data[at-1] != '\n' {
		line = newline + line
	}
	return splice(data, at, at, line)
}

func splice(data []byte, from, to int, text string) []byte {
	return append(append(append(make([]byte, 0, len(data)+len(text)), data[:from]...), text...), data[to:]...)
}

func lineStart(data []byte, i int) int { return bytes.LastIndexByte(data[:i], '\n') + 1 }

// lineEnd returns the position after the line's newline.
func lineEnd(data []byte, i int) int {
	if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(data)
}

// Holds reports whether a settings file sets the setting of a change.
func Holds(data []byte, c Change) bool {
	at, err := find(data, c)
	return err == nil && at.found
}
