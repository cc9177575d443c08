package capture

import (
	"os"
	"strings"
	"testing"
)

// TestDone: after each frame Done is where it ends, and at last the size of all, whatever the file is.
func TestDone(t *testing.T) {
	classic, ends := small()
	ng, _, _ := smallNG()
	for _, c := range []struct {
		name  string
		files [][]byte
		left  int64 // of the size, at the end
	}{
		{"pcap", [][]byte{classic}, 0},
		{"cut", [][]byte{classic[:len(classic)-1]}, 27},
		{"cut, and another", [][]byte{classic[:len(classic)-1], classic}, 27},
		{"pcapng", [][]byte{ng}, 0},
		{"gzip", [][]byte{gz(t, classic)}, 0},
		{"all", [][]byte{classic, zst(t, classic), gz(t, ng), ng}, 0},
	} {
		s, err := Open(write(t, c.files...), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for _, f := range c.files {
			want += int64(len(f))
		}
		if done, size := s.Done(); done != 0 || size != want {
			t.Errorf("%s: %d of %d at first, want 0 of %d", c.name, done, size, want)
		}
		drain(t, s)
		if done, size := s.Done(); done != want-c.left || size != want {
			t.Errorf("%s: %d of %d at last, want %d of %d", c.name, done, size, want-c.left, want)
		}
		s.Close()
	}

	s, err := Open(write(t, classic), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, end := range ends[1:] {
		if err := s.Next(new(Frame)); err != nil {
			t.Fatal(err)
		}
		if done, _ := s.Done(); done != int64(end) {
			t.Errorf("done %d after a frame that ends at %d", done, end)
		}
	}
}

// TestDoneOfStandardInput: of a file all is known, of a stream nothing.
func TestDoneOfStandardInput(t *testing.T) {
	classic, _ := small()
	z := gz(t, classic)
	file, err := os.Open(write(t, z)[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s, err := Open([]string{"-"}, file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	drain(t, s)
	if done, size := s.Done(); done != int64(len(z)) || size != int64(len(z)) {
		t.Errorf("file: %d of %d, want all %d", done, size, len(z))
	}

	stream, err := Open([]string{"-"}, strings.NewReader(string(z)))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	drain(t, stream)
	if done, size := stream.Done(); done != 0 || size != 0 {
		t.Errorf("stream: %d of %d, want 0 of 0", done, size)
	}
}
