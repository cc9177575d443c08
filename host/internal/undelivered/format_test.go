package undelivered

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// sample is a file with three frames of two outlets.
func sample(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	w.Outlet(Outlet{Name: "a.b", Target: "tcp://h:1", Named: true})
	w.Frame([]byte("one\x00"))
	w.Frame(nil)
	w.Outlet(Outlet{Name: "c.d", Target: "unix:///s", Named: false})
	w.Frame([]byte("two\n"))
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestCutAndAltered: a file that is not as it was written is never read to a clean end.
func TestCutAndAltered(t *testing.T) {
	whole := sample(t)
	if _, err := text(t, bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		want := ErrCut
		if n < len(magic) {
			want = ErrForeign
		}
		if _, err := text(t, bytes.NewReader(whole[:n])); !errors.Is(err, want) {
			t.Errorf("the first %d bytes: %v, want %v", n, err, want)
		}
		altered := bytes.Clone(whole)
		altered[n] ^= 1
		if got, err := text(t, bytes.NewReader(altered)); err == nil {
			t.Errorf("byte %d altered: read as %q", n, got)
		}
	}
	if _, err := text(t, bytes.NewReader(append(whole, 0))); err == nil {
		t.Error("trailing data is not seen")
	}
}

// TestALengthThatLies: a reader needs no more memory than there are bytes.
func TestALengthThatLies(t *testing.T) {
	file := []byte(magic + "\x01\xff\xff\xff\x00")
	allocated := testing.AllocsPerRun(10, func() {
		if _, err := text(t, bytes.NewReader(file)); !errors.Is(err, ErrCut) {
			t.Errorf("error %v", err)
		}
	})
	if allocated > 20 {
		t.Errorf("%v allocations", allocated)
	}
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no more room") }

func TestWriterKeepsErrors(t *testing.T) {
	w := NewWriter(broken{})
	w.Outlet(Outlet{Name: "a.b"})
	w.Frame(make([]byte, 1<<20))
	if err := w.End(); err == nil || err.Error() != "no more room" {
		t.Errorf("error %v", err)
	}
	w = NewWriter(io.Discard)
	w.Outlet(Outlet{Target: strings.Repeat("x", maxText+1)})
	if err := w.End(); err == nil {
		t.Error("a target that is too long is written")
	}
}

// FuzzReader reads any bytes, and compares a file that is whole with what a writer makes of its
// frames.
func FuzzReader(f *testing.F) {
	f.Add(sample(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		w := NewWriter(&again)
		for {
			kind, record, err := r.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			if kind == frameRecord {
				w.Frame(record)
			} else {
				w.Outlet(r.outlet)
			}
		}
		if err := w.End(); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Errorf("%v: read and written again it is\n%q\nnot\n%q", err, again.Bytes(), data)
		}
	})
}
