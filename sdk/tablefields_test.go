package sdk

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/value"
)

// every is a row with a field of each Go type, some of them in lists.
type every struct {
	U8   uint8
	U16  uint16
	U32  uint32
	U64  uint64
	I64  int64
	F32  float32
	F64  float64
	IP   IP
	MAC  MAC
	Text string
	U16s []uint16
	All  []string
}

func (e *every) Fields(f *TableFields) {
	Field(f, "u8", &e.U8, ShowHex)
	Field(f, "u16", &e.U16)
	Field(f, "u32", &e.U32, MergeSum)
	Field(f, "u64", &e.U64, MergeMax)
	Field(f, "i64", &e.I64, ShowTime)
	Field(f, "f32", &e.F32, MergeMin)
	Field(f, "f64", &e.F64)
	Field(f, "ip", &e.IP, MergeWith("u64"))
	Field(f, "mac", &e.MAC)
	Field(f, "text", &e.Text, ShowQuoted)
	ListField(f, "u16s", &e.U16s)
	ListField(f, "all", &e.All)
}

// TestTableFields: a row of every type is read as it was written, and its size is that of its
// bytes. What is cut is not read.
func TestTableFields(t *testing.T) {
	for _, want := range []every{
		{},
		{1, 2, 3, 4, -5, 1.5, -1.5, IPv4([16]byte{10, 0, 0, 1}), MAC{1, 2, 3, 4, 5, 6}, "é\x00", []uint16{1, 0xffff}, []string{"", "ab"}},
	} {
		b := written([]byte("before"), want.Fields)[len("before"):]
		if n := measured(want.Fields); n != len(b) {
			t.Errorf("%d bytes, measured as %d", len(b), n)
		}
		got := every{U16s: []uint16{9}, All: []string{"old"}}
		if !read(b, got.Fields) {
			t.Fatalf("%x is not read", b)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(IP{})); diff != "" {
			t.Errorf("-written +read:\n%s", diff)
		}
		for n := range b {
			if read(b[:n], new(every).Fields) {
				t.Errorf("%x is read without its last %d bytes", b, len(b)-n)
			}
		}
		if read(append(b, 0), new(every).Fields) {
			t.Error("a byte too many is read")
		}
	}
	columns := declaredFields(new(every).Fields)
	types := []value.Type{value.Hex8, value.Uint16, value.Uint32, value.Uint64, value.Time, value.Float32, value.Float64, value.IP, value.MAC, value.String, value.Uint16 | value.List, value.Text | value.List}
	for i, c := range columns {
		if c.Type != types[i] {
			t.Errorf("field %s is %s, want %s", c.Name, c.Type, types[i])
		}
	}
	if columns[7].Merge != "with u64" || columns[2].Merge != "sum" {
		t.Errorf("%+v", columns)
	}
}

// TestKeyLists: a list in a key is the same for the same values, on the wire it is as any other, and
// what is no whole list is not read.
func TestKeyLists(t *testing.T) {
	a, b := KeyListOf[uint16](1, 2), KeyListOf[uint16](1, 2)
	if a != b || a == KeyListOf[uint16](2, 1) {
		t.Error("lists are compared in another way than their values")
	}
	list := []uint16{1, 2}
	want := written(nil, func(f *TableFields) { ListField(f, "l", &list) })
	got := written(nil, func(f *TableFields) { KeyListField(f, "l", &a) })
	if diff := cmp.Diff(want, got); diff != "" || measured(func(f *TableFields) { KeyListField(f, "l", &a) }) != len(got) {
		t.Error(diff)
	}
	var back KeyList[uint16]
	if !read(got, func(f *TableFields) { KeyListField(f, "l", &back) }) || cmp.Diff(list, back.Values()) != "" {
		t.Errorf("read %v", back.Values())
	}
	if read([]byte{3, 0, 0, 0, 1, 0, 2}, func(f *TableFields) { KeyListField(f, "l", &back) }) {
		t.Error("a part of a value is read")
	}
	if c := declaredFields(func(f *TableFields) { KeyListField(f, "l", &a, ShowHex) })[0]; c.Type != value.Hex16|value.List {
		t.Errorf("%v", c)
	}
	if texts := KeyListOf("a", "").Values(); len(texts) != 2 || texts[0] != "a" {
		t.Errorf("%q", texts)
	}
}

// TestALengthFromOutside: a list or text cannot be longer than what holds it.
func TestALengthFromOutside(t *testing.T) {
	var text string
	var list []string
	for i, b := range []string{"\x05\x00\x00\x00\x02\x00\x00\x00a", "\xff\xff\xff\xff", "\xff\xff\xff\x7fabc"} {
		if i > 0 && read([]byte(b), func(f *TableFields) { Field(f, "t", &text) }) {
			t.Errorf("%q is read as a text", b)
		}
		if read([]byte(b), func(f *TableFields) { ListField(f, "l", &list) }) {
			t.Errorf("%q is read as a list", b)
		}
	}
}

// TestATableOfTextsHasABound: of bytes, and room that a smaller row or a deleted one leaves.
func TestATableOfTextsHasABound(t *testing.T) {
	texts := NewTable[word, word]("p.texts")
	s := texts.rows()
	large := word{string(make([]byte, MaxTable/2))}
	for _, step := range []struct {
		do   func() error
		fits bool
	}{
		{func() error { return s.set(word{"a"}, large) }, true},
		{func() error { return s.set(word{"b"}, large) }, false},
		{func() error { return s.set(word{"b"}, word{}) }, true},
		{func() error { s.remove(word{"a"}); return s.set(word{"c"}, large) }, true},
	} {
		if err := step.do(); (err == nil) != step.fits {
			t.Errorf("%d bytes: %v", s.bytes, err)
		}
	}
	s.remove(word{"b"})
	s.remove(word{"c"})
	if s.bytes != 0 {
		t.Errorf("an empty table of %d bytes", s.bytes)
	}
}

type word struct{ s string }

func (w *word) Fields(f *TableFields) { Field(f, "word", &w.s) }
