package capture

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestChanges changes the last file of an input when one packet was read. A packet takes 1,000
// bytes, which cannot be compressed, and a file's header 24.
func TestChanges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	o := orders["little"]
	record := func() []byte {
		b := make([]byte, 984)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return pcapRecord(o, 100, 7, 984, 984, b)
	}
	file := pcapHeader(o, magicMicro, 2, 4, 65535, 1)
	for range 600 {
		file = append(file, record()...)
	}
	more := slices.Concat(record(), record())
	type change struct {
		size int64 // that the file is cut to; 0: it is not
		add  []byte
	}
	const packet601 = "cut in packet 601 at byte 600024: 500 of 1000 bytes are present; the file grew from 600024 to 600524 bytes during the run"
	z, zs := gz(t, file), zst(t, file)
	for _, c := range []struct {
		name   string
		files  [][]byte
		change change
		want   string // what is told of the file
		share  int    // percent that Done returns at the end
	}{
		{"none", [][]byte{file}, change{}, "", 100},
		{"grows", [][]byte{file}, change{add: more}, "the file grew from 600024 to 602024 bytes during the run: 602024 bytes were read", 100},
		{"grows by half a packet", [][]byte{file}, change{add: more[:500]}, packet601, 99},
		{"shrinks", [][]byte{file}, change{size: 400024}, "cut in packet 401 at byte 400024: the file shrank from 600024 to 400024 bytes during the run", 66},
		{"shrinks in a packet", [][]byte{file}, change{size: 400524}, "cut in packet 401 at byte 400024: 500 of 1000 bytes are present; the file shrank from 600024 to 400524 bytes during the run", 66},
		{"shrinks to nothing", [][]byte{file}, change{size: 1}, "cut in packet ", -1},
		{"the second one grows", [][]byte{file, file}, change{add: more}, "the file grew from 600024 to 602024 bytes during the run: 602024 bytes were read", 100},
		{"the second one shrinks", [][]byte{file, file}, change{size: 200024}, "cut in packet 201 at byte 200024: the file shrank from 600024 to 200024 bytes during the run", 66},
		{"compressed, grows", [][]byte{z}, change{add: gz(t, more)}, "the file grew from ", 100},
		{"compressed, shrinks", [][]byte{z}, change{size: 500_000}, "gzip stream ends early; the file shrank from ", -1},
		{"zstd, grows", [][]byte{zs}, change{add: zst(t, more)}, "the file grew from ", 100},
		{"zstd, shrinks", [][]byte{zs}, change{size: 500_000}, "zstd stream ends early; the file shrank from ", -1},
	} {
		for _, stdin := range []bool{false, true} {
			name := c.name
			if stdin {
				name += ", at standard input"
			}
			t.Run(name, func(t *testing.T) {
				paths := write(t, c.files...)
				last := paths[len(paths)-1]
				in, err := os.Open(last)
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				named := filepath.Base(last)
				if stdin {
					paths[len(paths)-1], named = "-", "standard input"
				}
				s, err := Open(paths, in)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				var f Frame
				if err := s.Next(&f); err != nil {
					t.Fatal(err)
				}
				alter(t, last, c.change.size, c.change.add)
				never := func() int {
					done, size := s.Done()
					if done > size {
						t.Errorf("done %d of %d", done, size)
					}
					return int(100 * done / size)
				}
				for s.Next(&f) == nil {
					never()
				}
				if share := never(); c.share >= 0 && share != c.share {
					t.Errorf("%d percent, want %d", share, c.share)
				}
				var got []string
				for _, d := range s.Damage() {
					got = append(got, d.String())
				}
				for _, c := range s.Changes() {
					got = append(got, c.String())
				}
				if c.want == "" {
					if diff := cmp.Diff([]string(nil), got); diff != "" {
						t.Error(diff)
					}
				} else if len(got) != 1 || !strings.Contains(got[0], c.want) || !strings.Contains(got[0], named+": ") {
					t.Errorf("told %q, want one line %s: …%s", got, named, c.want)
				}
			})
		}
	}
}

// alter cuts a file to a size, unless that is 0, and adds bytes.
func alter(t *testing.T, path string, size int64, add []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if size > 0 {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Write(add)
	}
	if err != nil {
		t.Fatal(err)
	}
}
