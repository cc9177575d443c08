package capture

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// quick lets files be looked at often, for a test.
func quick(t *testing.T, still time.Duration) {
	every, last := followEvery, lastStill
	followEvery, lastStill = time.Millisecond, still
	t.Cleanup(func() { followEvery, lastStill = every, last })
}

// readOn reads frames until the end, or until n have come.
func readOn(t *testing.T, s *Source, n int) (count int) {
	t.Helper()
	var f Frame
	for count < n {
		switch err := s.Next(&f); err {
		case nil:
			count++
		case ErrIdle, ErrQuiet:
		case io.EOF:
			return count
		default:
			t.Fatal(err)
		}
	}
	return count
}

func mustWrite(t *testing.T, path string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
}

func windows(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFollow: a file grows, also by half a frame; Stop ends it.
func TestFollow(t *testing.T) {
	quick(t, time.Hour)
	data := windows(t)
	path := filepath.Join(t.TempDir(), "a.pcap")
	mustWrite(t, path, data[:10])
	go func() {
		time.Sleep(20 * time.Millisecond)
		mustWrite(t, path, data[10:50_001])
	}()
	s, err := Follow(path) // waits for the header
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := readOn(t, s, 100)
	mustWrite(t, path, data[50_001:])
	n += readOn(t, s, 2580-n)
	time.AfterFunc(10*time.Millisecond, s.Stop)
	if n += readOn(t, s, 1); n != 2580 || len(s.Damage()) > 0 {
		t.Errorf("%d frames, damage %v", n, s.Damage())
	}
}

func TestFollowShorter(t *testing.T) {
	quick(t, time.Hour)
	path := filepath.Join(t.TempDir(), "a.pcap")
	mustWrite(t, path, windows(t)[:10_000])
	s, err := Follow(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	readOn(t, s, 80)
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	var f Frame
	for err == nil || err == ErrIdle {
		err = s.Next(&f)
	}
	if !strings.Contains(err.Error(), "a.pcap: became shorter while it was read: 100 bytes") {
		t.Errorf("the error is %v", err)
	}
}

// TestSeries: files appear one after the other; a frame that a file lacks is damage of that file, and the last one ends the input once it
// is still.
func TestSeries(t *testing.T) {
	quick(t, 50*time.Millisecond)
	data := windows(t)
	dir := t.TempDir()
	file := func(i string, data []byte) { mustWrite(t, filepath.Join(dir, "w.pcap"+i), data) }
	file("", data[:20_000])
	s, err := ParseSeries(filepath.Join(dir, "w.pcap") + ",2")
	if err != nil {
		t.Fatal(err)
	}
	src, err := OpenSeries(s)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	n := readOn(t, src, 50)
	file("", data[20_000:100_003]) // cut
	file("1", nil)                 // is not there yet
	n += readOn(t, src, 500-n)
	file("1", data)
	n += readOn(t, src, 3000-n)
	file("2", data)
	n += readOn(t, src, 1<<20)
	var want int
	{
		whole, err := Open([]string{filepath.Join(dir, "w.pcap"), filepath.Join(dir, "w.pcap1"), filepath.Join(dir, "w.pcap2")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want = readOn(t, whole, 1<<20)
		whole.Close()
	}
	if n != want || n < 2*2580 {
		t.Errorf("%d frames, want %d", n, want)
	}
	if d := src.Damage(); len(d) != 1 || !strings.HasSuffix(d[0].File, "w.pcap") {
		t.Errorf("damage is %v", d)
	}
	if info := src.Info(); len(info) != 3 || !strings.HasSuffix(info[2].Path, "w.pcap2") {
		t.Errorf("files are %v", info)
	}
}

func TestParseSeries(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"out.pcap", "out.pcap out.pcap1 out.pcap2 out.pcap3"},
		{"d/out.pcap0,2", "d/out.pcap0 d/out.pcap1 d/out.pcap2"},
		{"out.pcap08", "out.pcap08 out.pcap09 out.pcap10 out.pcap11"},
		{"a_1.pcap:_,3", "a_1.pcap a_2.pcap a_3.pcap"},
		{"p/a-9-x.pcap:-", `error: "p/a-9-x.pcap:-": no number after the last "-"`},
		{"pa/x.y", `error: "pa/x.y": no "p" in the name, after which the number is: name another character, as in out_1.pcap:_`},
		{"out.pcap7,3", `error: "out.pcap7,3": the number 7 is too large`},
		{"out.pcap,x", `error: "out.pcap,x": "x" is not the number of a last file`},
		{"out.pcap99999999999", `error: "out.pcap99999999999": the number 99999999999 is too large`},
	} {
		s, err := ParseSeries(c.text)
		got := "error: " + fmt.Sprint(err)
		if err == nil {
			var paths []string
			for i := range 4 {
				if path, ok := s.path(i); ok {
					paths = append(paths, path)
				}
			}
			got = strings.Join(paths, " ")
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
