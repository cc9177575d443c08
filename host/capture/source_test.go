package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// small is a classic file of three packets and the offsets where its header and records end.
func small() (file []byte, ends []int) {
	o := orders["little"]
	file = pcapHeader(o, magicMicro, 2, 4, 65535, 1)
	ends = append(ends, len(file))
	for i, n := range []int{5, 0, 12} {
		file = append(file, pcapRecord(o, 100+uint32(i), 7, uint32(n), 60, data(n))...)
		ends = append(ends, len(file))
	}
	return file, ends
}

// smallNG is a pcapng file of three packets, the offsets where its blocks end and for each the packets up to there.
func smallNG() (file []byte, ends, packets []int) {
	o := orders["big"]
	for i, b := range [][]byte{
		ngSectionBlock(o, 0),
		ngInterfaceBlock(o, 1, 0, ngOption(o, 2, []byte("eth0")), ngOption(o, 0, nil)),
		ngPacketBlock(o, 0, 100e6, 5, 60, data(5)),
		block(o, 4, data(20)), // name resolution
		ngPacketBlock(o, 0, 101e6, 0, 60, nil),
		ngPacketBlock(o, 0, 102e6, 12, 60, data(12), ngOption(o, 1, []byte("hello"))),
	} {
		file = append(file, b...)
		ends = append(ends, len(file))
		packets = append(packets, []int{0, 0, 1, 1, 2, 3}[i])
	}
	return file, ends, packets
}

func TestCutEverywhere(t *testing.T) {
	classic, ends := small()
	ng, ngEnds, ngPackets := smallNG()
	for _, c := range []struct {
		name    string
		file    []byte
		ends    []int
		packets []int
	}{
		{"pcap", classic, ends, []int{0, 1, 2, 3}},
		{"pcapng", ng, ngEnds, ngPackets},
	} {
		whole, _ := readAll(t, write(t, c.file)...)
		for n := 4; n <= len(c.file); n++ {
			frames, damage := readAll(t, write(t, c.file[:n], c.file)...)
			begin, before := 0, 0
			for i, e := range c.ends {
				if e <= n {
					begin, before = e, c.packets[i]
				}
			}
			if len(frames) != before+3 {
				t.Fatalf("%s cut at %d: %d frames, want %d and the next file's 3", c.name, n, len(frames), before)
			}
			for i := range frames {
				want := whole[i%3]
				if i >= before {
					want = whole[i-before]
				}
				want.Number = uint64(i + 1)
				if d := cmp.Diff(want, frames[i]); d != "" {
					t.Fatalf("%s cut at %d, frame %d (-want +got):\n%s", c.name, n, i, d)
				}
			}
			if n == begin {
				if len(damage) != 0 {
					t.Errorf("%s cut at %d, between records: %v", c.name, n, damage)
				}
				continue
			}
			if len(damage) != 1 || damage[0].Corrupt || damage[0].Packet != uint64(before+1) || damage[0].Offset != int64(begin) ||
				!strings.HasPrefix(damage[0].What, fmt.Sprintf("%d of ", n-begin)) {
				t.Errorf("%s cut at %d: %v, want packet %d, byte %d", c.name, n, damage, before+1, begin)
			}
		}
	}
}

func TestCutCompressed(t *testing.T) {
	classic, _ := small()
	whole, _ := readAll(t, write(t, classic)...)
	for name, file := range map[string][]byte{"gzip": gz(t, classic), "zstd": zst(t, classic)} {
		for n := 4; n < len(file); n++ {
			s, err := Open(write(t, file[:n]), nil)
			if err != nil {
				if !strings.Contains(err.Error(), name+" stream ends early") && !strings.Contains(err.Error(), "not a pcap") {
					t.Errorf("%s cut at %d: %v", name, n, err)
				}
				continue
			}
			frames := drain(t, s)
			if d := cmp.Diff(whole[:len(frames)], frames, cmp.Transformer("", func(b []byte) string { return string(b) })); len(frames) > 0 && d != "" {
				t.Errorf("%s cut at %d (-want +got):\n%s", name, n, d)
			}
			if d := s.Damage(); len(d) != 1 || d[0].Corrupt || d[0].Packet != uint64(len(frames)+1) {
				t.Errorf("%s cut at %d, %d frames: %v", name, n, len(frames), d)
			}
			s.Close()
		}
	}
}

// smallBzip2 is the file that small returns, compressed by bzip2.
const smallBzip2 = "QlpoOTFBWSZTWYlvX1UAACh/Hv6ECBAgQIEGBAgQIAcAIAAQAAgABAAAAKAAVFAANAANBlNR6J6mmQ0ekBFUSqO91XObYfMSZwIPcARKQqNRtvaQtxy9+osbvhHFvi7kinChIRLevqo="

func TestCompressed(t *testing.T) {
	classic, _ := small()
	ng, _, _ := smallNG()
	wrong := gz(t, classic)
	wrong[len(wrong)-6] ^= 1 // checksum
	bz, err := base64.StdEncoding.DecodeString(smallBzip2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		file   []byte
		damage string
	}{
		{"gzip", gz(t, classic), ""},
		{"gzip, two members", append(gz(t, classic[:50]), gz(t, classic[50:])...), ""},
		{"gzip of pcapng", gz(t, ng), ""},
		{"gzip, zeros after it", append(gz(t, classic), make([]byte, 5000)...), ""},
		{"gzip, two members and zeros", append(append(gz(t, classic[:50]), gz(t, classic[50:])...), 0, 0, 0), ""},
		{"gzip, zeros and more", append(append(gz(t, classic), 0, 0), gz(t, classic)...), "a.cap: corrupt at packet 4, byte 89: gzip stream: gzip: invalid header"},
		{"bzip2", bz, ""},
		{"bzip2, cut", bz[:len(bz)-4], "a.cap: cut in packet 4 at byte 89: 0 of 16 bytes are present, the bzip2 stream ends early"},
		{"zstd", zst(t, classic), ""},
		{"zstd, two frames", append(zst(t, classic[:50]), zst(t, classic[50:])...), ""},
		{"zstd, skippable frame first", append([]byte{0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4}, zst(t, ng)...), ""},
		{"gzip, wrong checksum", wrong, "a.cap: corrupt at packet 4, byte 89: gzip stream: gzip: invalid checksum"},
		{"gzip, trailing garbage", append(gz(t, classic), "garbage garbage"...), "a.cap: corrupt at packet 4, byte 89: gzip stream: gzip: invalid header"},
		{"zstd, trailing garbage", append(zst(t, classic), "garbage garbage"...), "a.cap: corrupt at packet 4, byte 89: zstd stream: invalid input: magic number mismatch"},
	} {
		for _, live := range []bool{false, true} {
			paths, stdin := write(t, c.file), io.Reader(nil)
			if live {
				paths, stdin = []string{"-"}, bytes.NewReader(c.file)
			}
			s, err := Open(paths, stdin)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if s.Live() != live {
				t.Errorf("%s: Live %v", c.name, s.Live())
			}
			if n := len(drain(t, s)); n != 3 {
				t.Errorf("%s: %d frames, want 3", c.name, n)
			}
			got := ""
			for _, d := range s.Damage() {
				d.File = "a.cap"
				got += d.String()
			}
			if got != c.damage {
				t.Errorf("%s: damage %q, want %q", c.name, got, c.damage)
			}
			s.Close()
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	classic, _ := small()
	good := put("good", classic)
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "missing"), "no such file or directory"},
		{dir, "is a directory"},
		{put("empty", nil), "empty file"},
		{put("text", []byte("hello world\n")), `not a pcap or pcapng file (begins with "hello wo")`},
		{put("short", classic[:3]), `not a pcap or pcapng file (begins with "\xd4ò")`},
		{put("nl", []byte("\n\r\r\nsome more text")), `not a pcap or pcapng file (begins with "\n\r\r\nsome")`},
		{put("text.gz", gz(t, []byte("hello world\n"))), `not a pcap or pcapng file (inside gzip it begins with "hello wo")`},
		{put("empty.gz", gz(t, nil)), "gzip stream of an empty file"},
		{put("xz", []byte("\xfd7zXZ\x00\x00\x04more")), "is compressed by xz: xz -dc " + filepath.Join(dir, "xz") + " | t2host -r - reads it"},
		{put("lz4", []byte("\x04\x22\x4d\x18more")), "is compressed by lz4: lz4 -dc " + filepath.Join(dir, "lz4") + " | t2host -r - reads it"},
		{put("Z", []byte("\x1f\x9dmoremore")), "is compressed by gzip: gzip -dc " + filepath.Join(dir, "Z") + " | t2host -r - reads it"},
		{put("cut.gz", gz(t, classic)[:6]), "gzip stream ends early"},
	} {
		_, err := Open([]string{good, c.path}, nil)
		want := "capture " + c.path + ": " + c.want
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	for _, c := range []struct {
		paths []string
		stdin io.Reader
		want  string
	}{
		{nil, nil, "capture: no file is named"},
		{[]string{"-"}, nil, "capture -: no standard input"},
		{[]string{"-"}, strings.NewReader(""), "capture standard input: empty file"},
		{[]string{"-", "-"}, bytes.NewReader(classic), "capture standard input: is named twice, but can be read only once: name it once"},
	} {
		if _, err := Open(c.paths, c.stdin); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	removed := put("removed", classic)
	s, err := Open([]string{good, removed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(removed)
	var f Frame
	for range 3 {
		if err := s.Next(&f); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Next(&f); err == nil || err.Error() != "capture "+removed+": no such file or directory" {
		t.Errorf("Next of a file removed since Open: %v", err)
	}
}

func TestCorruptEndsTheRun(t *testing.T) {
	o := orders["little"]
	classic, _ := small()
	bad := append(classic, pcapRecord(o, 1, 0, 4194304, 60, data(60))...)
	frames, damage := readAll(t, write(t, bad, classic)...)
	if len(frames) != 3 {
		t.Errorf("%d frames, want 3", len(frames))
	}
	want := "a.cap: corrupt at packet 4, byte 89: record length 4194304 is above the limit 262144"
	if len(damage) != 1 || damage[0].String() != want {
		t.Errorf("damage %v, want %s", damage, want)
	}
}

func TestInfoAndDone(t *testing.T) {
	classic, _ := small()
	ng, _, _ := smallNG()
	z := gz(t, ng)
	s, err := Open(write(t, classic, z), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if read, size := s.Done(); read != 0 || size != int64(len(classic)+len(z)) {
		t.Errorf("done at first %d of %d", read, size)
	}
	drain(t, s)
	if read, size := s.Done(); read != size {
		t.Errorf("done at last %d of %d", read, size)
	}
	got := s.Info()
	for i := range got {
		got[i].Path = filepath.Base(got[i].Path)
	}
	if d := cmp.Diff([]FileInfo{
		{"a.cap", "pcap, microseconds, little-endian", "", 89, 89, 3, 65535, []LinkType{1}},
		{"b.cap", "pcapng", "gzip", int64(len(z)), int64(len(ng)), 3, 0, []LinkType{1}},
	}, got); d != "" {
		t.Errorf("info (-want +got):\n%s", d)
	}
	if got := LinkType(1).String() + ", " + LinkType(3000).String(); got != "Ethernet [EN10MB/1], LINKTYPE 3000" {
		t.Error(got)
	}
}

// A live input: bytes come one by one, then nothing, then more, then Stop while Next waits.
func TestLive(t *testing.T) {
	classic, _ := small()
	ng, _, _ := smallNG()
	for name, file := range map[string][]byte{"pcap": classic, "pcapng": ng} {
		r, w := io.Pipe()
		pause, again := len(file)-10, make(chan bool)
		go func() {
			for i := range file {
				if i == pause {
					<-again
				}
				w.Write(file[i : i+1])
			}
		}()
		s, err := Open([]string{"-"}, r)
		if err != nil {
			t.Fatal(err)
		}
		var f Frame
		for range 2 {
			if err := s.Next(&f); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		begun := time.Now()
		if err := s.Next(&f); err != ErrIdle || time.Since(begun) < 200*time.Millisecond {
			t.Errorf("%s: %v after %v, want ErrIdle after 250 ms", name, err, time.Since(begun))
		}
		close(again)
		if err := s.Next(&f); err != nil || !bytes.Equal(f.Data, data(12)) || f.Number != 3 {
			t.Errorf("%s: after the pause %v, frame %d % x", name, err, f.Number, f.Data)
		}
		time.AfterFunc(20*time.Millisecond, s.Stop)
		begun = time.Now()
		if err := s.Next(&f); err != io.EOF || time.Since(begun) > 200*time.Millisecond {
			t.Errorf("%s: %v after %v, want io.EOF at Stop", name, err, time.Since(begun))
		}
		if d := s.Damage(); len(d) != 0 {
			t.Errorf("%s: Stop is not damage: %v", name, d)
		}
		s.Close()
		r.Close()
	}
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		err        string
	}{
		{"usual", "# a list\r\n\r\na.pcap\r\n  dir/b c.pcap \n/abs/c\n#d", []string{"a.pcap", "dir/b c.pcap", "/abs/c"}, ""},
		{"byte-order mark", "\ufeffa.pcap\n", []string{"a.pcap"}, ""},
		{"empty", "# nothing\n\n", nil, "names no capture file: write one path a line"},
		{"a line without end", "a.pcap\n" + strings.Repeat("x", 64<<10), nil, "line 2 is longer than 64 KiB: a list names one capture file a line"},
		{"a capture", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", nil, "line 1 is not text: a list names one capture file a line; read a capture itself with -r"},
	} {
		p := write(t, []byte(c.text))[0]
		got, err := List(p)
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && err.Error() != "list "+p+": "+c.err {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	dir := t.TempDir()
	if _, err := List(dir); err == nil || err.Error() != "list "+dir+": is a directory" {
		t.Error(err)
	}
	if _, err := List("/does/not/exist"); err == nil || err.Error() != "list /does/not/exist: no such file or directory" {
		t.Error(err)
	}
}

// TestCloseWhileALiveStreamIsRead: the capture turns out corrupt while the
// pump's goroutine is still reading the decompressor. (Found by fuzzing: the
// zstd decoder was closed under it.)
func TestCloseWhileALiveStreamIsRead(t *testing.T) {
	file := pcapHeader(binary.LittleEndian, 0xa1b2c3d4, 2, 4, 65535, 1)
	file = append(file, pcapRecord(binary.LittleEndian, 1, 1, 1<<30, 1<<30, nil)...) // corrupt
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 4 << 20 {
		file = append(file, byte(rnd.Uint32()))
	}
	for _, packed := range [][]byte{zst(t, file), gz(t, file)} {
		for range 20 {
			s, err := Open([]string{"-"}, bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			var f Frame
			for err = s.Next(&f); err == nil || err == ErrIdle; err = s.Next(&f) {
			}
			if err := s.Close(); err != nil || len(s.Damage()) != 1 {
				t.Fatalf("damage %v, %v", s.Damage(), err)
			}
		}
	}
}
