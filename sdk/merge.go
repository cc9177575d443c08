package sdk

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// Origin is where a row of a table was set last: in which run, when and where. Of two rows the one
// with the smaller origin wins a tie: by packet time, then by the run's key, then by the place.
type Origin struct {
	Time  int64  // packet time, nanoseconds since 1970 UTC
	Run   string // what tells the run from others
	Place uint64 // of the change, in the run
}

func (o *Origin) compare(p *Origin) int {
	return cmp.Or(cmp.Compare(o.Time, p.Time), strings.Compare(o.Run, p.Run), cmp.Compare(o.Place, p.Place))
}

// MergedTable is a table that is added up from the rows of several runs, by the rules of its fields.
// The order in which rows are added does not matter, nor which of them were added up before. The
// host fills it.
type MergedTable struct {
	info TableInfo
	rows map[string]mergedRow // by the key's bytes on the wire
}

// mergedRow is a row: of each field its bytes on the wire, and where they come from.
type mergedRow struct {
	fields  [][]byte
	origins []Origin
}

// NewMergedTable returns an empty table.
func NewMergedTable(info TableInfo) *MergedTable {
	return &MergedTable{info: info, rows: map[string]mergedRow{}}
}

// Add adds a row of a run, of which key and row are the bytes on the wire: whole, as the host has
// checked. It keeps copies.
func (t *MergedTable) Add(key, row []byte, o Origin) {
	m := mergedRow{fields: split(t.info.Row, bytes.Clone(row)), origins: make([]Origin, len(t.info.Row))}
	for i := range m.origins {
		m.origins[i] = o
	}
	t.add(string(key), m)
}

// Merge adds the rows of another table of that description.
func (t *MergedTable) Merge(o *MergedTable) {
	for key, row := range o.rows {
		t.add(key, mergedRow{slices.Clone(row.fields), slices.Clone(row.origins)})
	}
}

func (t *MergedTable) add(key string, row mergedRow) {
	if old, ok := t.rows[key]; ok {
		t.merge(&row, &old)
	}
	t.rows[key] = row
}

// Rows calls f for each row, in the order of the keys' values, as the bytes of key and row on the wire.
// It stops where the table would be larger than [MaxTable], and returns how many rows it left out.
func (t *MergedTable) Rows(f func(key, row []byte)) (left int) {
	keys := make([]string, 0, len(t.rows))
	for key := range t.rows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, y := split(t.info.Key, []byte(a)), split(t.info.Key, []byte(b))
		for i, c := range t.info.Key {
			if order := compareValues(c.Type, x[i], y[i]); order != 0 {
				return order
			}
		}
		return 0
	})
	size := 0
	var row []byte
	for i, key := range keys {
		row = join(row[:0], t.info.Row, t.rows[key].fields)
		if size += rowCost + len(key) + len(row); size > MaxTable {
			return len(keys) - i
		}
		f([]byte(key), row)
	}
	return 0
}

// merge merges b into a.
func (t *MergedTable) merge(a, b *mergedRow) {
	won := make([]bool, len(t.info.Row)) // by b
	for i, c := range t.info.Row {
		if c.Merge == "sum" {
			a.fields[i] = sum(c.Type, a.fields[i], b.fields[i])
		} else if !strings.HasPrefix(c.Merge, "with ") {
			won[i] = wins(&c, b.fields[i], a.fields[i], &b.origins[i], &a.origins[i])
		}
	}
	for i, c := range t.info.Row {
		if other, with := strings.CutPrefix(c.Merge, "with "); with {
			won[i] = won[slices.IndexFunc(t.info.Row, func(o ColumnInfo) bool { return o.Name == other })]
		}
		if won[i] {
			a.fields[i], a.origins[i] = b.fields[i], b.origins[i]
		}
	}
}

// wins reports whether x, of origin o, wins over y, of origin p, by a rule that chooses one.
func wins(c *ColumnInfo, x, y []byte, o, p *Origin) bool {
	order := 0
	switch c.Merge {
	case "min":
		order = compareValues(c.Type, x, y)
	case "max":
		order = compareValues(c.Type, y, x)
	case "", "last":
		order = cmp.Compare(p.Time, o.Time) // the later one
	}
	return cmp.Or(order, o.compare(p)) < 0
}

// sum returns the sum of two whole numbers. That of unsigned ones stays at the largest value.
func sum(t value.Type, x, y []byte) []byte {
	total := little.Uint(x) + little.Uint(y)
	if t <= value.Hex64 {
		most := uint64(math.MaxUint64) >> (64 - 8*len(x))
		if total > most || total < little.Uint(x) {
			total = most
		}
	}
	return little.AppendUint(nil, total, len(x))
}

// compareValues compares two values of a type: numbers by value, with NaN below all, all else byte by
// byte.
func compareValues(t value.Type, x, y []byte) int {
	switch {
	case t <= value.Hex64:
		return cmp.Compare(little.Uint(x), little.Uint(y))
	case t == value.Float32 || t == value.Float64:
		a, b := value.Vec{Type: t, Data: x}, value.Vec{Type: t, Data: y}
		return cmp.Or(cmp.Compare(a.Float(0), b.Float(0)), bytes.Compare(x, y))
	case t <= value.Duration:
		return cmp.Compare(int64(little.Uint(x)), int64(little.Uint(y)))
	}
	return bytes.Compare(x, y)
}

// split returns the fields of a key or row, without the lengths before those that have no width.
func split(fields []ColumnInfo, b []byte) [][]byte {
	list := make([][]byte, 0, len(fields))
	for _, c := range fields {
		size := c.Type.Size()
		if size == 0 {
			size, b = int(little.Uint32(b)), b[4:]
		}
		list = append(list, b[:size:size])
		b = b[size:]
	}
	return list
}

// join appends what split has split.
func join(b []byte, fields []ColumnInfo, list [][]byte) []byte {
	for i, c := range fields {
		if c.Type.Size() == 0 {
			b = little.AppendUint32(b, uint32(len(list[i])))
		}
		b = append(b, list[i]...)
	}
	return b
}
