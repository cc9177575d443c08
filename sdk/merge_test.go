package sdk

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/value"
)

// merged is a row with a field of each rule.
type merged struct {
	n, most, least uint8
	balance        int64
	ratio          float32
	first, last    string
	who            string // with most
	why            string // with first
	ip             IP
}

func (m *merged) Fields(f *TableFields) {
	Field(f, "n", &m.n, MergeSum)
	Field(f, "most", &m.most, MergeMax)
	Field(f, "least", &m.least, MergeMin)
	Field(f, "balance", &m.balance, ShowDuration, MergeSum)
	Field(f, "ratio", &m.ratio, MergeMax)
	Field(f, "first", &m.first, MergeFirst)
	Field(f, "last", &m.last)
	Field(f, "who", &m.who, MergeWith("most"))
	Field(f, "why", &m.why, MergeWith("first"))
	Field(f, "ip", &m.ip, MergeMin)
}

var mergedTable = NewTable[word, merged]("p.merged")

// TestMerge: what each rule makes of three rows.
func TestMerge(t *testing.T) {
	table := NewMergedTable(mergedTable.Info())
	for _, r := range []struct {
		merged
		Origin
	}{
		{merged{200, 5, 7, -3, 0.5, "b", "b", "bob", "late", IPv4([16]byte{9})}, Origin{20, "one", 1}},
		{merged{100, 5, 3, 1, 0.25, "a", "a", "al", "early", IPv4([16]byte{10})}, Origin{10, "two", 9}},
		{merged{1, 4, 9, 1, 0, "c", "c", "cy", "later", IPv4([16]byte{11})}, Origin{20, "two", 2}},
	} {
		key := word{"k"}
		table.Add(written(nil, key.Fields), written(nil, r.merged.Fields), r.Origin)
	}
	var got merged
	table.Rows(func(_, row []byte) {
		if !read(row, got.Fields) {
			t.Fatalf("%x", row)
		}
	})
	// The sum stays at 255; the tie of most goes to the earlier row, that of last to the run "one".
	want := merged{255, 5, 3, -1, 0.5, "a", "b", "al", "early", IPv4([16]byte{9})}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestMergeInAnyOrder: random rows in random orders, added up one by one or in groups before, make the
// same table.
func TestMergeInAnyOrder(t *testing.T) {
	info := mergedTable.Info()
	type change struct {
		key, row []byte
		Origin
	}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var changes []change
		for place := range 2 + rnd.IntN(12) {
			text := func() string { return strings.Repeat(string(rune('a'+rnd.IntN(3))), rnd.IntN(3)) }
			key := word{text()}
			row := merged{uint8(rnd.IntN(256)), uint8(rnd.IntN(3)), uint8(rnd.IntN(3)), rnd.Int64() - 1<<62, float32(rnd.IntN(3)), text(), text(), text(), text(), IPv4([16]byte{byte(rnd.IntN(3))})}
			changes = append(changes, change{written(nil, key.Fields), written(nil, row.Fields), Origin{int64(rnd.IntN(3)), fmt.Sprint(rnd.IntN(2)), uint64(place)}})
		}
		shown := func(table *MergedTable) (rows []string) {
			table.Rows(func(key, row []byte) { rows = append(rows, fmt.Sprintf("%x %x", key, row)) })
			return rows
		}
		var want []string
		for try := range 6 {
			rnd.Shuffle(len(changes), func(i, k int) { changes[i], changes[k] = changes[k], changes[i] })
			tables := make([]*MergedTable, 1+rnd.IntN(4))
			for i := range tables {
				tables[i] = NewMergedTable(info)
			}
			for _, c := range changes {
				tables[rnd.IntN(len(tables))].Add(c.key, c.row, c.Origin)
			}
			for len(tables) > 1 {
				i := rnd.IntN(len(tables) - 1)
				tables[i].Merge(tables[len(tables)-1])
				tables = tables[:len(tables)-1]
			}
			if got := shown(tables[0]); try == 0 {
				want = got
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, try %d:\n%s", seed, try, diff)
			}
		}
	}
}

// TestMergedOrder: rows are in the order of the keys' values, and the bound holds after merging.
func TestMergedOrder(t *testing.T) {
	info := TableInfo{Name: "p.t", Key: []ColumnInfo{{Name: "n", Type: value.Int64}, {Name: "s", Type: value.Text}}, Row: []ColumnInfo{{Name: "text", Type: value.Text}}}
	type pair struct {
		n int64
		s string
	}
	add := func(table *MergedTable, p pair, text string) {
		table.Add(written(nil, func(f *TableFields) { Field(f, "n", &p.n); Field(f, "s", &p.s) }), written(nil, func(f *TableFields) { Field(f, "text", &text) }), Origin{})
	}
	table := NewMergedTable(info)
	for _, p := range []pair{{256, "a"}, {-1, "z"}, {1, "b"}, {1, "ab"}} {
		add(table, p, "x")
	}
	var got []pair
	list := func(key, _ []byte) {
		var p pair
		read(key, func(f *TableFields) { Field(f, "n", &p.n); Field(f, "s", &p.s) })
		got = append(got, p)
	}
	if left := table.Rows(list); left != 0 || fmt.Sprint(got) != "[{-1 z} {1 ab} {1 b} {256 a}]" {
		t.Errorf("%v, %d left out", got, left)
	}
	add(table, pair{2, ""}, strings.Repeat("x", MaxTable/2))
	add(table, pair{3, ""}, strings.Repeat("x", MaxTable/2))
	got = nil
	if left := table.Rows(list); left != 2 || len(got) != 4 {
		t.Errorf("%v, %d left out", got, left)
	}
}
