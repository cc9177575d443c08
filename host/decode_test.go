package host

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/capture"
)

// TestDecodeSetting: capture.decode=t2 leaves closed what T2 does not open, and the report tells
// what was not opened.
func TestDecodeSetting(t *testing.T) {
	const (
		macs = "020000000002020000000001"
		syn  = "450000280000000040065dbe0a0000010a090909c351005000000001000000005002ffffcf2d0000"
		// Headers of Geneve, to port 6081.
		outer = "4500004c0000000040110000c0000201c0000202ea6117c1003800000000080000002a00"
		pflog = "3d020000656d30000000000000000000000000000000000000000000000000000000000000000000ffffffff0000000000000000000000000000000000000000"
	)
	for _, c := range []struct {
		name    string
		link    capture.LinkType
		frame   string
		tcp     uint64 // packets, with capture.decode=all
		closed  string // in the report, with all
		asT2    string // the same with t2
		skipped bool   // with t2
	}{
		{"VN-Tag", capture.LinkTypeEthernet, macs + "8926" + "00010002" + "0800" + syn, 1, "", "1 (EtherType 0x8926: 1)", false},
		{"Geneve with IP", capture.LinkTypeEthernet, macs + "0800" + outer + syn, 1, "", "", false},
		{"pflog", capture.LinkTypePFLog, pflog + syn, 1, "", "", true},
		{"an unknown type", capture.LinkTypeEthernet, macs + "1234" + syn, 0, "1 (EtherType 0x1234: 1)", "1 (EtherType 0x1234: 1)", false},
	} {
		data, err := hex.DecodeString(c.frame)
		if err != nil {
			t.Fatal(err)
		}
		le := binary.LittleEndian
		file := append(le.AppendUint32(nil, 0xa1b2c3d4), 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)
		file = le.AppendUint32(file, uint32(c.link))
		file = append(file, make([]byte, 8)...)
		file = append(le.AppendUint32(le.AppendUint32(file, uint32(len(data))), uint32(len(data))), data...)
		path := filepath.Join(t.TempDir(), "one.pcap")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, decode := range []string{"all", "t2"} {
			tcp, closed, unknown := c.tcp, c.closed, uint64(0)
			if decode == "t2" {
				tcp, closed = 0, c.asT2
				if c.skipped {
					unknown = 1
				}
			}
			config := testConfig(t, path)
			config.Settings = settingsOf(t, "capture.decode="+decode)
			r, err := Run(context.Background(), config)
			if err != nil && !c.skipped { // what a run that reads nothing returns is not asked here
				t.Fatalf("%s, %s: %v", c.name, decode, err)
			}
			if r.Counts.TCP != tcp || r.Counts.UnknownLink != unknown {
				t.Errorf("%s, %s: %d TCP packets, %d of unknown link types, want %d and %d", c.name, decode, r.Counts.TCP, r.Counts.UnknownLink, tcp, unknown)
			}
			if brief := r.Brief(0); strings.Contains(brief, "unopened") != (closed != "") || !strings.Contains(brief, closed) {
				t.Errorf("%s, %s: no %q in:\n%s", c.name, decode, closed, brief)
			}
		}
	}
}
