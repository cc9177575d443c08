package decode_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

var update = flag.Bool("update", false, "write the results of Decode into testdata/*.txt")

// packet is one case of testdata/*.txt: "case NAME link=N [wire=N] [t2]", lines of
// hex bytes with comments, "want LINE".
type packet struct {
	name string
	link capture.LinkType
	wire int
	data []byte
	t2   bool // as T2
	want string
	line int // of want in its file, from 0
}

func (p *packet) frame() *capture.Frame {
	return &capture.Frame{Number: 7, Time: 1e18, Link: p.link, WireLen: uint32(p.wire), Data: p.data}
}

// readCases returns the cases of a file and its lines.
func readCases(t testing.TB, file string) ([]*packet, []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	var cases []*packet
	for i, line := range lines {
		line, _, _ := strings.Cut(line, "#")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "":
		case "case":
			p := &packet{wire: -1}
			fields := strings.Fields(rest)
			p.name = fields[0]
			for _, f := range fields[1:] {
				if _, err := fmt.Sscanf(f, "link=%d", &p.link); err == nil {
					continue
				}
				if f == "t2" {
					p.t2 = true
					continue
				}
				if _, err := fmt.Sscanf(f, "wire=%d", &p.wire); err != nil {
					t.Fatalf("%s:%d: unknown word %q", file, i+1, f)
				}
			}
			cases = append(cases, p)
		case "want":
			p := cases[len(cases)-1]
			p.want, p.line = rest, i
			if p.wire < 0 {
				p.wire = len(p.data)
			}
		default:
			b, err := hex.DecodeString(strings.ReplaceAll(line, " ", ""))
			if err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			p := cases[len(cases)-1]
			p.data = append(p.data, b...)
		}
	}
	return cases, lines
}

// allCases returns the cases of all files.
func allCases(t testing.TB) []*packet {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all []*packet
	for _, file := range files {
		cases, _ := readCases(t, file)
		all = append(all, cases...)
	}
	return all
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		cases, lines := readCases(t, file)
		for _, p := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+p.name, func(t *testing.T) {
				d := decode.New()
				d.AsT2 = p.t2
				var h decode.Headers
				d.Decode(p.frame(), &h)
				got := render(&h, d.Stacks()) + renderCounts(&d.Counts)
				if *update {
					lines[p.line] = "want " + got
				} else if got != p.want {
					t.Errorf("%s:%d is stale; if the code is right, run go test ./host/internal/decode -update\n got %s\nwant %s", file, p.line+1, got, p.want)
				}
				if h.Number != 7 || h.Time != 1e18 || h.WireLen != uint32(p.wire) || h.CapLen != uint32(len(p.data)) {
					t.Errorf("number, time or lengths are not the frame's: %+v", h)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Every case, cut at every length: no panic, and nothing of the packet before, be it
// in the headers or in the decoder, shows.
func TestCut(t *testing.T) {
	used := decode.New()
	var h decode.Headers
	for _, p := range allCases(t) {
		for n := range len(p.data) + 1 {
			f := p.frame()
			f.Data = p.data[:n:n]
			var fresh decode.Headers
			d := decode.New()
			d.Decode(f, &fresh)
			used.Decode(f, &h)
			if got, want := used.Stacks().Stack(h.Stack), d.Stacks().Stack(fresh.Stack); got != want {
				t.Fatalf("%s cut to %d bytes: a used decoder has the stack %v, a new one %v", p.name, n, got, want)
			}
			fresh.Stack = h.Stack // numbers are in order of appearance
			if diff := cmp.Diff(fresh, h); diff != "" {
				t.Fatalf("%s cut to %d bytes: a used decoder differs from a new one (-new +used):\n%s", p.name, n, diff)
			}
		}
	}
	if used.Counts.Panics != 0 {
		t.Errorf("%d panics", used.Counts.Panics)
	}
}

// plain returns the same as the walk for what it accepts, whichever byte of a packet is changed.
func TestPlain(t *testing.T) {
	short, long := decode.New(), decode.New()
	var h, want decode.Headers
	for _, p := range allCases(t) {
		for i := range len(p.data) {
			f := p.frame()
			f.Data = bytes.Clone(p.data)
			for _, b := range []byte{p.data[i], 0, 1, 6, 17, 0x14, 0x45, 0x60, 0xff} {
				f.Data[i] = b
				short.Decode(f, &h)
				long.DecodeByWalk(f, &want)
				got, wanted := short.Stacks().Stack(h.Stack), long.Stacks().Stack(want.Stack)
				h.Stack, want.Stack = 0, 0
				if h != want || got != wanted || short.Counts != long.Counts {
					t.Fatalf("%s, byte %d = %#x (-walk +Decode):\n%s%s%s", p.name, i, b, cmp.Diff(want, h), cmp.Diff(wanted, got), cmp.Diff(long.Counts, short.Counts))
				}
			}
		}
	}
}

func TestCountsAddUp(t *testing.T) {
	d := decode.New()
	var h decode.Headers
	var wire, captured uint64
	cases := allCases(t)
	for _, p := range cases {
		d.Decode(p.frame(), &h)
		wire += uint64(p.wire)
		captured += uint64(len(p.data))
	}
	c := &d.Counts
	if c.Packets != uint64(len(cases)) || c.Packets != c.Layer2+c.IPv4+c.IPv6+c.NoFlow {
		t.Errorf("packets %d of %d, layer 2 %d + IPv4 %d + IPv6 %d + no flow %d", c.Packets, len(cases), c.Layer2, c.IPv4, c.IPv6, c.NoFlow)
	}
	if c.WireBytes != wire || c.CapBytes != captured {
		t.Errorf("wire bytes %d and captured bytes %d, want %d and %d", c.WireBytes, c.CapBytes, wire, captured)
	}
}

func TestUnknownLinks(t *testing.T) {
	d := decode.New()
	var h decode.Headers
	for range 2 {
		for l := range 10 {
			d.Decode(&capture.Frame{Link: capture.LinkType(1000 + l), Data: make([]byte, 60)}, &h)
		}
	}
	c := &d.Counts
	if c.UnknownLink != 20 || c.NoFlow != 20 {
		t.Errorf("unknown %d, without flow %d, want 20 and 20", c.UnknownLink, c.NoFlow)
	}
	for i, u := range c.UnknownLinks {
		if want := (decode.LinkCount{Link: capture.LinkType(1000 + i), Packets: 2}); u != want {
			t.Errorf("entry %d is %+v, want %+v", i, u, want)
		}
	}
}

// What is not opened is counted once a packet, also when the list is full.
func TestUnopenedIsBounded(t *testing.T) {
	d := decode.New()
	var h decode.Headers
	for range 2 {
		for n := range 40 {
			d.Decode(typed(uint16(0xa000+n)), &h)
		}
	}
	c := &d.Counts
	if c.Unopened != 80 {
		t.Errorf("%d packets, want 80", c.Unopened)
	}
	for i, u := range c.UnopenedHeaders {
		if want := (decode.HeaderCount{Kind: decode.EtherTypeNumber, Number: uint16(0xa000 + i), Packets: 2}); u != want {
			t.Errorf("entry %d is %+v, want %+v", i, u, want)
		}
	}
}
