package capture

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// pcapgoReader is what pcapgo's two readers share.
type pcapgoReader interface {
	ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// newPcapgo returns pcapgo's reader for the uncompressed capture in r, and the link type of all its packets, where it
// does not differ among them.
func newPcapgo(r io.Reader, ng bool) (pcapgoReader, layers.LinkType, error) {
	r = bufio.NewReaderSize(r, chunk)
	if ng {
		p, err := pcapgo.NewNgReader(r, pcapgo.NgReaderOptions{WantMixedLinkType: true})
		return p, 0, err
	}
	p, err := pcapgo.NewReader(r)
	if err != nil {
		return nil, 0, err
	}
	p.SetSnaplen(usualRecord) // it refuses records above the header's; libpcap does not
	return p, p.LinkType(), nil
}

// byPcapgo reads frames by pcapgo up to its first error, which is io.EOF at a clean end.
func byPcapgo(r io.Reader, ng bool) ([]Frame, error) {
	p, link, err := newPcapgo(r, ng)
	if err != nil {
		return nil, err
	}
	var frames []Frame
	for {
		data, ci, err := p.ZeroCopyReadPacketData()
		if err != nil {
			return frames, err
		}
		f := Frame{Number: uint64(len(frames) + 1), Link: LinkType(link), WireLen: uint32(ci.Length), Data: append([]byte{}, data...)}
		if ng {
			f.Link = LinkType(ci.AncillaryData[0].(layers.LinkType))
		}
		if !ci.Timestamp.IsZero() { // a simple packet has no time, which is 0 here
			f.Time = ci.Timestamp.UnixNano()
			if ci.Timestamp.Unix() > math.MaxInt64/1_000_000_000-2 { // the result of UnixNano is undefined then
				f.Time = int64(uint32(ci.Timestamp.Unix()))*1e9 + int64(ci.Timestamp.Nanosecond())
			}
		}
		frames = append(frames, f)
	}
}

// compareFrames compares our frames with pcapgo's, as many as both have.
func compareFrames(t *testing.T, name string, ours, pcapgos []Frame) {
	t.Helper()
	for i := range ours[:min(len(ours), len(pcapgos))] {
		f, g := ours[i], pcapgos[i]
		f.Link &= 0xff                                                                                      // pcapgo keeps 8 bits
		if f.Time != g.Time || f.Link != g.Link || f.WireLen != g.WireLen || !bytes.Equal(f.Data, g.Data) { // cmp is slow
			t.Errorf("%s: frame %d (-pcapgo +own):\n%s", name, i+1, cmp.Diff(g, f))
			return
		}
	}
}

// pcapgoStops names captures of which pcapgo reads less than we do, and why.
var pcapgoStops = map[string]string{
	"ndpi_fuzz-2021-10-13_cut.pcap": "version 2.0, which libpcap reads too",
}

// The own readers against pcapgo's, frame by frame, over all captures of the repository and the shared ones.
func TestAgreesWithPcapgo(t *testing.T) {
	roots := []string{"../.."}
	if shared := os.Getenv("T2HOST_SHARED"); shared != "" {
		roots = append(roots, filepath.Join(shared, "captures"))
	}
	files, packets := 0, 0
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			switch filepath.Ext(path) {
			case ".pcap", ".pcapng", ".cap", ".gz", ".zst":
			default:
				return nil
			}
			s, err := Open([]string{path}, nil)
			if err != nil {
				return nil // not a capture
			}
			defer s.Close()
			in := &input{path: path}
			if err := in.open(nil); err != nil {
				return err
			}
			defer in.shut()
			want, end := byPcapgo(in.src, in.ng)
			got := drain(t, s)
			compareFrames(t, path, got, want)
			name := filepath.Base(path)
			why, stops := pcapgoStops[name]
			switch clean := len(s.Damage()) == 0; {
			case stops && len(want) >= len(got):
				t.Errorf("%s: pcapgo reads all of it now; take it off the list", name)
			case stops:
				t.Logf("%s: pcapgo reads %d of %d packets: %s", name, len(want), len(got), why)
			case len(want) < len(got):
				t.Errorf("%s: pcapgo reads %d of %d packets: %v", name, len(want), len(got), end)
			case clean && (len(want) != len(got) || end != io.EOF):
				t.Errorf("%s: %d packets to its end, pcapgo reads %d and ends with %v", name, len(got), len(want), end)
			}
			files++
			packets += len(got)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 20 {
		t.Errorf("only %d captures", files)
	}
	t.Logf("%d captures, %d packets", files, packets)
}

// Random pcapng files of what pcapgo reads right: sections of both byte orders, interfaces, three kinds of packet
// blocks, and blocks that carry no packet.
func TestRandomPcapngAgreesWithPcapgo(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var file []byte
		for range 1 + r.IntN(3) {
			o := orders[[]string{"little", "big"}[r.IntN(2)]]
			file = append(file, ngSectionBlock(o, 0)...)
			ifaces := 0
			for range r.IntN(40) {
				captured, wire := r.IntN(2000), r.Uint32()>>r.IntN(32)
				ts := r.Uint64N(1e12)
				switch kind := r.IntN(8); {
				case kind == 0 || ifaces == 0:
					resolution := ngOption(o, ngOptResolution, []byte{[]byte{3, 6, 9}[r.IntN(3)]})
					offset := ngOption(o, ngOptOffset, o.AppendUint64(nil, uint64(r.IntN(1000))))
					file = append(file, ngInterfaceBlock(o, LinkType(r.IntN(256)), 1<<16, resolution, offset)...)
					ifaces++
				case kind == 1:
					file = append(file, ngOldPacketBlock(o, uint16(r.IntN(ifaces)), ts, uint32(captured), wire, data(captured))...)
				case kind == 2:
					file = append(file, block(o, ngSimple, o.AppendUint32(nil, uint32(captured)), data(captured))...)
				case kind == 3:
					file = append(file, block(o, 0x0bad, data(captured))...)
				default:
					comment := ngOption(o, 1, data(r.IntN(20)))
					file = append(file, ngPacketBlock(o, uint32(r.IntN(ifaces)), ts, uint32(captured), wire, data(captured), comment)...)
				}
			}
		}
		want, end := byPcapgo(bytes.NewReader(file), true)
		if end != io.EOF {
			t.Fatalf("pcapgo: %v", end)
		}
		got, damage := readAll(t, write(t, file)...)
		if len(damage) > 0 || len(got) != len(want) {
			t.Fatalf("%d frames, pcapgo reads %d; damage %v", len(got), len(want), damage)
		}
		if compareFrames(t, "random file", got, want); t.Failed() {
			return
		}
	}
}
