package encode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// binReader reads T2's binary form as T2's converter does: by nothing but what its header says.
type binReader struct {
	rest []byte
	err  error
}

func (r *binReader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		if r.err == nil {
			r.err = io.ErrUnexpectedEOF
		}
		return make([]byte, max(0, min(n, 16)))
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *binReader) word() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }

// text reads bytes up to a NUL; its place ends at a multiple of align.
func (r *binReader) text(align int) []byte {
	i := bytes.IndexByte(r.rest, 0)
	if i < 0 {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	return r.take((i + align) / align * align)[:i]
}

// element reads a value of one of T2's types, as a column of type t has it.
func (r *binReader) element(kind uint32, t value.Type) []byte {
	switch kind {
	case t2Direction:
		return []byte{"AB"[r.take(1)[0]&1]}
	case 25, 26:
		sec := binary.LittleEndian.Uint64(r.take(8))
		return num(8, sec*1e9+uint64(r.word()))
	case 30:
		ip := make([]byte, value.IPSize)
		ip[0] = r.take(1)[0]
		copy(ip[1:], r.take(map[byte]int{4: 4, 6: 16}[ip[0]]))
		return ip
	case 23, 31:
		return r.text(1)
	}
	return r.take(t.Size())
}

// read returns the lines of a stream: the names, and the records as text.
func (r *binReader) read() (lines []string, err error) {
	if !bytes.Equal(r.take(12), []byte("ANTEATER\x01\x00\x00\x00")) {
		return nil, errors.New("no header")
	}
	var names []string
	var kinds []uint32
	var vecs []*value.Vec
	for len(r.rest) >= 4 && binary.LittleEndian.Uint32(r.rest) != 1<<32-1 && r.err == nil {
		names = append(names, string(value.Text.AppendText(nil, r.text(4))))
		r.text(4)
		if r.word() != 1 {
			return nil, errors.New("a column of several values")
		}
		kind := r.word()
		t := value.Text
		for mine, number := range t2Types {
			if number == kind {
				t = value.Type(mine)
			}
		}
		if r.word() == 1 {
			t |= value.List
		}
		kinds, vecs = append(kinds, kind), append(vecs, &value.Vec{Type: t})
	}
	r.word()
	lines = append(lines, "%"+strings.Join(names, "\t"))
	for n := 0; len(r.rest) > 0 && r.err == nil; n++ {
		for k, v := range vecs {
			if !v.Type.IsList() {
				v.Append(r.element(kinds[k], v.Type))
				continue
			}
			var list []byte
			for count := r.word(); count > 0 && r.err == nil; count-- {
				list = v.Type.AppendTo(list, r.element(kinds[k], v.Type.Elem()))
			}
			v.Append(list)
		}
		if r.err == nil {
			lines = append(lines, string(value.AppendRow(nil, vecs, n)))
		}
	}
	return lines, r.err
}

// TestBin: what T2's converter makes of the binary form is the text.
func TestBin(t *testing.T) {
	columns, r := hostileRows(3)
	columns = append([]value.Column{{Name: "dir", Type: value.Text, Doc: "Flow direction"}}, columns...)
	dir := &value.Vec{Type: value.Text}
	for _, d := range "ABA" {
		dir.Append([]byte(string(d)))
	}
	r.Columns = append([]*value.Vec{dir}, r.Columns...)
	for i, c := range columns {
		if c.Name == "nul" || c.Name == "texts" { // a NUL ends a text
			r.Columns[i] = &value.Vec{Type: c.Type}
			for range r.N {
				r.Columns[i].Append(nil)
			}
		}
	}
	got, err := (&binReader{rest: bytes.Join(encoded(t, "bin", Config{Columns: columns, Frame: 100}, r), nil)}).read()
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Join(encoded(t, "text", Config{Columns: columns}, r), nil)
	if diff := cmp.Diff(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), got); diff != "" {
		t.Errorf("text of the binary form (-text +got):\n%s", diff)
	}
}

// TestBinLayout: the bytes of a record, as T2 writes them.
func TestBinLayout(t *testing.T) {
	columns := []value.Column{{Name: "dir", Type: value.Text, Doc: "Flow"}, {Name: "srcIP", Type: value.IP, Doc: "IP"}, {Name: "macs", Type: value.MAC | value.List}, {Name: "hdr", Type: value.Text | value.List}}
	r := &stream.Rows{N: 1, At: []int64{0}}
	for i, data := range [][]byte{{'B'}, ip4(10, 0, 0, 1), {2, 0, 0, 0, 0, 1}, []byte("\x03\x00\x00\x00a\x00b")} {
		v := &value.Vec{Type: columns[i].Type}
		v.Append(data)
		r.Columns = append(r.Columns, v)
	}
	const want = "ANTEATER\x01\x00\x00\x00" +
		"dir\x00Flow\x00\x00\x00\x00\x01\x00\x00\x00\x18\x00\x00\x00\x00\x00\x00\x00" +
		"srcIP\x00\x00\x00IP\x00\x00\x01\x00\x00\x00\x1e\x00\x00\x00\x00\x00\x00\x00" +
		"macs\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x1b\x00\x00\x00\x01\x00\x00\x00" +
		"hdr\x00\x00\x00\x00\x00\x01\x00\x00\x00\x1f\x00\x00\x00\x01\x00\x00\x00" +
		"\xff\xff\xff\xff" +
		"\x01" + "\x04\x0a\x00\x00\x01" + "\x01\x00\x00\x00\x02\x00\x00\x00\x00\x01" + "\x01\x00\x00\x00a\x00"
	if diff := cmp.Diff(want, string(bytes.Join(encoded(t, "bin", Config{Columns: columns}, r), nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzBin(f *testing.F) {
	for _, h := range hostile[:len(hostile)-1] {
		f.Add(h.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := cString(data)
		columns := []value.Column{{Name: "text", Type: value.Text}, {Name: "list", Type: value.String | value.List}, {Name: "n", Type: value.Uint8}}
		r := &stream.Rows{N: 1, At: []int64{0}, Columns: []*value.Vec{{Type: value.Text}, {Type: value.String | value.List}, {Type: value.Uint8}}}
		r.Columns[0].Append(data)
		r.Columns[1].Append(value.Text.AppendTo((value.Text|value.List).AppendTo(nil, text), data))
		r.Columns[2].Append([]byte{byte(len(data))})
		got, err := (&binReader{rest: bytes.Join(encoded(t, "bin", Config{Columns: columns}, r), nil)}).read()
		shown, quoted := string(value.Text.AppendText(nil, text)), string(value.String.AppendText(nil, text))
		want := []string{"%text\tlist\tn", shown + "\t" + quoted + ";" + quoted + "\t" + string(value.AppendDecimal(nil, uint64(byte(len(data)))))}
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("%q: got %q, %v, want %q", data, got, err, want)
		}
	})
}
