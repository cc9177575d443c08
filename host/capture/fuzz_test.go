package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// checkSource reads bytes to their end as a file from standard input would be, and checks what any input must keep to:
// no panic, an end, whole frames, one damage at most.
func checkSource(t *testing.T, file []byte) {
	s, err := Open([]string{"-"}, bytes.NewReader(file))
	if err != nil {
		return
	}
	defer s.Close()
	var f Frame
	var n uint64
	for {
		err := s.Next(&f)
		if errors.Is(err, ErrIdle) {
			continue
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n++; f.Number != n {
			t.Fatalf("frame %d has the number %d", n, f.Number)
		}
		if len(f.Data) > maxRecord || cap(s.window.buf) > 2*maxRecord {
			t.Fatalf("frame of %d bytes, buffer of %d", len(f.Data), cap(s.window.buf))
		}
		for range f.Data { // within bounds, or it panics
		}
	}
	d := s.Damage()
	if len(d) > 1 || len(d) == 1 && (d[0].Packet != n+1 || d[0].Offset < 0) {
		t.Fatalf("%d frames, damage %v", n, d)
	}
	if i := s.Info()[0]; i.Packets != n || i.Compression == "" && i.Read > int64(len(file)) {
		t.Fatalf("%d frames of %d bytes, info %+v", n, len(file), i)
	}
}

// FuzzPcap and FuzzPcapng have the same target; they begin from other files, gzip and zstd ones among them.
func FuzzPcap(f *testing.F)   { f.Fuzz(checkSource) }
func FuzzPcapng(f *testing.F) { f.Fuzz(checkSource) }
