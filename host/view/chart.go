package view

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk/value"
)

// chart is a column of a table over packet time, in the arrays that uPlot reads, and the times at which rows say that something was so.
type chart struct {
	Table  int          `json:"table"`
	Column int          `json:"column"` // -1: the number of rows
	Names  []string     `json:"names"`  // of the lines
	Times  []float64    `json:"times"`  // seconds since 1970
	Lines  [][]*float64 `json:"lines"`  // a value for each time; null: the row was not there
	Spans  []span       `json:"spans,omitempty"`
}

// span is a time during which a row's field was so.
type span struct {
	Row  string  `json:"row"`
	Of   string  `json:"of"` // the column that tells when it began
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// numberOf returns how to read a value of a type as a number, if it is one.
func numberOf(t value.Type) (of func([]byte) float64, ok bool) {
	unsigned := func(v []byte) float64 {
		var b [8]byte
		copy(b[:], v)
		return float64(binary.LittleEndian.Uint64(b[:]))
	}
	switch t {
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64:
		return unsigned, true
	case value.Int64:
		return func(v []byte) float64 { return float64(nanoseconds(v)) }, true
	case value.Duration:
		return func(v []byte) float64 { return float64(nanoseconds(v)) / 1e9 }, true
	case value.Float32:
		return func(v []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(v))) }, true
	case value.Float64:
		return func(v []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v)) }, true
	}
	return nil, false
}

// nanoseconds returns a value of eight bytes as it is.
func nanoseconds(v []byte) int64 { return int64(binary.LittleEndian.Uint64(v)) }

// chartOf returns the chart of a column of table number index: of the ten rows with the largest values at the end.
func chartOf(t *watch.Table, index, column int, points []watch.Point) *chart {
	c := &chart{Table: index, Column: column, Names: []string{}, Times: make([]float64, len(points)), Lines: [][]*float64{}}
	for i := range points {
		c.Times[i] = float64(points[i].Time) / 1e9
	}
	c.Spans = spansOf(t, index, points)
	columns := append(t.Key[:len(t.Key):len(t.Key)], t.Fields...)
	var number func([]byte) float64
	if column >= 0 {
		number, _ = numberOf(columns[column].Type)
	}
	if number == nil {
		rows := make([]*float64, len(points))
		for i := range points {
			n := float64(points[i].Tables[index].Total)
			rows[i] = &n
		}
		c.Column, c.Names, c.Lines = -1, []string{"rows"}, [][]*float64{rows}
		return c
	}
	lines := map[string][]*float64{}
	var values [][]byte
	for i := range points {
		for _, r := range points[i].Tables[index].Rows {
			values = watch.Values(watch.Values(values[:0], t.Key, r.Key), t.Fields, r.Fields)
			if column >= len(values) {
				continue
			}
			line := lines[r.Key]
			if line == nil {
				line = make([]*float64, len(points))
				lines[r.Key] = line
			}
			if n := number(values[column]); !math.IsNaN(n) && !math.IsInf(n, 0) {
				line[i] = &n
			}
		}
	}
	last := func(key string) float64 {
		for _, v := range slices.Backward(lines[key]) {
			if v != nil {
				return *v
			}
		}
		return 0
	}
	keys := make([]string, 0, len(lines))
	for key := range lines {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(last(b), last(a)), strings.Compare(a, b)) })
	for _, key := range keys[:min(len(keys), maxLines)] {
		c.Names, c.Lines = append(c.Names, nameOf(t, key)), append(c.Lines, lines[key])
	}
	return c
}

// nameOf returns the text of a row's key.
func nameOf(t *watch.Table, key string) string {
	var parts []string
	for i, v := range watch.Values(nil, t.Key, key) {
		parts = append(parts, text(t.Key[i].Type, v))
	}
	return strings.Join(parts, " ")
}

// spansOf returns the times that rows name: a time that merges with a duration is the beginning of that duration; a time with which
// others merge is that of something that goes on.
func spansOf(t *watch.Table, index int, points []watch.Point) []span {
	at := func(name string) int {
		return slices.IndexFunc(t.Fields, func(f value.Column) bool { return f.Name == name })
	}
	var list []span
	seen := map[span]int{} // without its end: where it is in list
	for when, f := range t.Fields {
		if f.Type != value.Time {
			continue
		}
		long := -1
		if of, ok := strings.CutPrefix(f.Merge, "with "); ok {
			long = at(of)
		}
		lasts := long >= 0 && t.Fields[long].Type == value.Duration
		goesOn := slices.ContainsFunc(t.Fields, func(g value.Column) bool { return g.Merge == "with "+f.Name })
		if !lasts && !goesOn {
			continue
		}
		var values [][]byte
		for i := range points {
			for _, r := range points[i].Tables[index].Rows {
				if values = watch.Values(values[:0], t.Fields, r.Fields); len(values) < len(t.Fields) {
					continue
				}
				from := nanoseconds(values[when])
				if from == 0 {
					continue
				}
				to := points[i].Time
				if lasts {
					to = from + nanoseconds(values[long])
				}
				s := span{Row: nameOf(t, r.Key), Of: f.Name, From: float64(from) / 1e9}
				k, ok := seen[s]
				if !ok {
					if len(list) == maxRows {
						continue
					}
					k = len(list)
					seen[s] = k
					list = append(list, s)
				}
				list[k].To = max(list[k].To, float64(to)/1e9)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b span) int { return cmp.Or(cmp.Compare(a.From, b.From), strings.Compare(a.Row, b.Row)) })
	return list
}
