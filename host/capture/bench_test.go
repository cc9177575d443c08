package capture

import (
	"io"
	"os"
	"testing"
)

const benchPackets = 100_000

// benchFile makes a capture of packets of 686 bytes, the mean of large captures.
func benchFile(t testing.TB, ng bool) string {
	o, d := orders["little"], data(686)
	file := pcapHeader(o, magicMicro, 2, 4, 65535, 1)
	if ng {
		file = append(ngSectionBlock(o, 0), ngInterfaceBlock(o, 1, 65535)...)
	}
	for i := range uint32(benchPackets) {
		if ng {
			file = append(file, ngPacketBlock(o, 0, uint64(i), 686, 686, d)...)
		} else {
			file = append(file, pcapRecord(o, i, 0, 686, 686, d)...)
		}
	}
	return write(t, file)[0]
}

func TestNoAllocations(t *testing.T) {
	for name, ng := range map[string]bool{"pcap": false, "pcapng": true} {
		path := benchFile(t, ng)
		for _, live := range []bool{false, true} {
			paths, stdin := []string{path}, io.Reader(nil)
			if live {
				f, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				// Not as it is: a regular file is not read as a stream.
				paths, stdin = []string{"-"}, struct{ io.Reader }{f}
			}
			s, err := Open(paths, stdin)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var f Frame
			next := func() {
				if err := s.Next(&f); err != nil && err != ErrIdle {
					t.Fatal(err)
				}
			}
			for range 1000 {
				next()
			}
			if n := testing.AllocsPerRun(50_000, next); n != 0 {
				t.Errorf("%s, live %v: %v allocations a packet, want 0", name, live, n)
			}
		}
	}
}

// The same file read by Source and by pcapgo.
func benchmark(b *testing.B, ng bool) {
	path := benchFile(b, ng)
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		packets := 0
		for b.Loop() {
			s, err := Open([]string{path}, nil)
			if err != nil {
				b.Fatal(err)
			}
			var f Frame
			for {
				if err := s.Next(&f); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
				packets++
			}
			s.Close()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
	})
	b.Run("pcapgo", func(b *testing.B) {
		b.ReportAllocs()
		packets := 0
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			r, _, err := newPcapgo(f, ng)
			if err != nil {
				b.Fatal(err)
			}
			for {
				if _, _, err := r.ZeroCopyReadPacketData(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
				packets++
			}
			f.Close()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
	})
}

func BenchmarkPcap(b *testing.B)   { benchmark(b, false) }
func BenchmarkPcapng(b *testing.B) { benchmark(b, true) }
