package drive

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/value"
)

// whole is a parcel of a table, with every kind of column.
func whole() *Parcel {
	n, text, list := value.Vec{Type: value.Uint16}, value.Vec{Type: value.Text}, value.Vec{Type: value.Uint16 | value.List}
	for i := range byte(3) {
		n.Append([]byte{i, 1})
		text.Append(bytes.Repeat([]byte{'a' + i}, int(i)))
		list.Append(bytes.Repeat([]byte{i, 0}, int(2-i)))
	}
	return &Parcel{
		Batch:   Batch{Run: "r", Stream: "s.t", Number: 7, Rows: 3, At: 5, Data: AppendColumns(nil, 3, []value.Vec{n, text, list})},
		Columns: []value.Column{{Name: "n", Type: n.Type}, {Name: "text", Type: text.Type}, {Name: "list", Type: list.Type}},
	}
}

func TestParcel(t *testing.T) {
	for _, p := range []*Parcel{whole(), {Batch: Batch{Run: "r", Stream: "flows", Number: 1, Rows: 2, Data: []byte("a\nb\n")}, Format: "csv"}} {
		b, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadParcel(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, got); diff != "" {
			t.Errorf("parcel (-want +got):\n%s", diff)
		}
	}
}

// TestColumns: frames of one batch are its rows, one after the other.
func TestColumns(t *testing.T) {
	p := whole()
	p.Data, p.Rows = append(p.Data, p.Data...), 6
	vecs, err := p.Batch.Columns(p.Columns)
	if err != nil {
		t.Fatal(err)
	}
	for i := range vecs {
		for k := range 3 {
			if !bytes.Equal(vecs[i].Bytes(k), vecs[i].Bytes(3+k)) {
				t.Errorf("column %d: row %d is not row %d", i, k, 3+k)
			}
		}
	}
}

// FuzzParcel: batches may come from a file that was changed.
func FuzzParcel(f *testing.F) {
	b, err := whole().Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadParcel(b)
		if err != nil {
			return
		}
		p.Messages(p.Format)
		vecs, err := p.Batch.Columns(p.Columns)
		if err != nil {
			return
		}
		for i := range vecs {
			if n := vecs[i].Len(); n != p.Rows {
				t.Fatalf("column %d has %d values for %d rows", i, n, p.Rows)
			}
			for k := range p.Rows {
				Text(&vecs[i], k)
			}
		}
	})
}
