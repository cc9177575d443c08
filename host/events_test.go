package host

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

type counter struct{ n uint32 }

func (c *counter) Fields(f *sdk.TableFields) { f.Uint32("n", &c.n) }

// events is the table of the number of events of each kind: 0 begins, 1 packets, 2 ends, 3 ticks.
var events = sdk.NewTable[counter, counter]("changer.events")

// changer changes its table at every event, and watcher writes every event with the table as it is then.
// This program holds them in a process, too.
var (
	changer = sdk.Define(sdk.Spec[struct{}]{
		Name: "changer", Number: 100, Version: "1.0.0", Doc: "changes a table for a test",
		Starts: sdk.Start(), Packets: sdk.All().WithTables(), Ends: sdk.End(), Ticks: sdk.Every(time.Second), Exports: []sdk.AnyTable{events},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			w := events.Writer(env)
			count := func(at sdk.Moment, kind uint32) {
				row, _ := w.Get(at, counter{kind})
				w.Set(at, counter{kind}, counter{row.n + 1})
			}
			return &sdk.Loop{
				StartFlow: func(s sdk.StartRow) { count(s.Moment, 0) },
				Packet:    func(p sdk.PacketRow) { count(p.Moment, 1) },
				EndFlow:   func(e sdk.EndRow) error { count(e.Moment, 2); return nil },
				Tick:      func(t sdk.TickRow) error { count(t.Moment, 3); return nil },
			}, nil
		},
	})
	watcher = sdk.Define(sdk.Spec[watching]{
		Name: "watcher", Number: 900, Version: "1.0.0", Doc: "watches events for a test",
		Defaults: watching{"_events.txt", 2},
		Settings: func(w *watching) []sdk.Setting {
			return []sdk.Setting{sdk.TextSetting("suffix", &w.suffix, ""), sdk.Uint32Setting("every", &w.every, "s", 0, 100, "")}
		},
		Requires: []sdk.Requirement{{Name: "changer"}}, Imports: []sdk.AnyTable{events},
		Starts: sdk.Start(field.FlowInd, field.FirstSeen, field.SrcIP, field.SrcPort, field.Opposite, field.Dir), Packets: sdk.TCP(field.FrameNum, field.TCPFlags).WithTables(), Ends: sdk.End(field.FlowInd, field.Dir, field.At),
		Ticks: sdk.EverySetting("every"), Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: func(env *sdk.Env, _ watching) (sdk.Stage, error) {
			view, lines := events.View(env), env.Outlet("lines")
			line := func(at sdk.Moment, format string, args ...any) {
				text := fmt.Sprintf(format, args...) + " with"
				for k, n := range view.All(at) {
					text += fmt.Sprintf(" %d:%d", k.n, n.n)
				}
				lines.Send([]byte(text + "\n"))
			}
			slots := map[uint32]uint64{}
			return &sdk.Loop{
				StartFlow: func(s sdk.StartRow) {
					slots[s.Flow()] = s.FlowInd()
					line(s.Moment, "start %d%c %s:%d at %d, opposite %t", s.FlowInd(), "AB"[s.Dir()], s.SrcIP(), s.SrcPort(), s.FirstSeen()%1e11/1e6, s.Opposite() != sdk.NoFlow)
				},
				Packet: func(p sdk.PacketRow) { line(p.Moment, "packet %d of %d", p.FrameNum(), slots[p.Flow()]) },
				EndFlow: func(e sdk.EndRow) error {
					line(e.Moment, "end %d%c at %d", e.FlowInd(), "AB"[e.Dir()], e.At()%1e11/1e6)
					return nil
				},
				Tick:   func(t sdk.TickRow) error { line(t.Moment, "tick %d", t.Time()%1e11/1e6); return nil },
				Report: func(r *sdk.Report) { line(r.Moment, "report") },
			}, nil
		},
	})
)

type watching struct {
	suffix string
	every  uint32
}

// watched runs both plugins and returns what the second one wrote.
func watched(t *testing.T, file string, in plugin.Runtime, rows int, sets ...string) string {
	t.Helper()
	c := testConfig(t, file, "watcher:"+string(in), "changer:"+string(in))
	c.Catalogue = plugin.BuiltIn(changer, watcher)
	c.Settings = settingsOf(t, append(sets, fmt.Sprint("batch.rows=", rows))...)
	if _, err := Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(c.Prefix + "_events.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestEvents: the order of all events, and tables that change at each.
func TestEvents(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.pcap")
	if err := os.WriteFile(file, capturedAt(t, "0.5 1>2 S, 0.6 2>1 SA, 1.0 1>2, 5.5 1>2 A, 3.0 3>2 S, 300 4>2 S"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
start 1A 10.0.0.1:1000 at 500, opposite false with 0:1
packet 1 of 1 with 0:1 1:1
start 1B 10.0.0.2:80 at 600, opposite true with 0:2 1:1
packet 2 of 1 with 0:2 1:2
start 2A 10.0.0.1:1000 at 1000, opposite false with 0:3 1:2 3:1
tick 4000 with 0:3 1:3 3:2
packet 4 of 1 with 0:3 1:4 3:2
start 3A 10.0.0.3:1000 at 3000, opposite false with 0:4 1:4 3:2
packet 5 of 3 with 0:4 1:5 3:2
`, "\n")
	got := watched(t, file, plugin.Inproc, 4096)
	if !strings.HasPrefix(got, want) {
		t.Errorf("-want +got:\n%s", cmp.Diff(want, got))
	}
	if none := watched(t, file, plugin.Inproc, 4096, "watcher.every=0"); strings.Contains(none, "tick") || strings.Count(none, "\n") < 10 {
		t.Errorf("with an interval of 0:\n%s", none)
	}
}

// capturedAt returns a capture of packets such as "0.5 1>2 SA": the time in seconds, hosts of 10.0.0.0/24, and
// flags of TCP, without which it is UDP. Host 2 is the server, at port 80.
func capturedAt(t *testing.T, packets string) []byte {
	t.Helper()
	le := binary.LittleEndian
	data := le.AppendUint32(nil, 0xa1b23c4d)
	data = le.AppendUint32(le.AppendUint64(le.AppendUint32(data, 2|4<<16), 0), 1<<18)
	data = le.AppendUint32(data, 1)
	for _, text := range strings.Split(packets, ", ") {
		var seconds float64
		var from, to byte
		var flags string
		if n, err := fmt.Sscanf(text, "%f %d>%d %s", &seconds, &from, &to, &flags); n < 3 {
			t.Fatal(text, err)
		}
		ports := map[bool]uint16{true: 80, false: 1000}
		ip := &layers.IPv4{Version: 4, TTL: 64, SrcIP: net.IP{10, 0, 0, from}, DstIP: net.IP{10, 0, 0, to}, Protocol: layers.IPProtocolUDP}
		var transport gopacket.SerializableLayer = &layers.UDP{SrcPort: layers.UDPPort(ports[from == 2]), DstPort: layers.UDPPort(ports[to == 2])}
		if flags != "" {
			ip.Protocol = layers.IPProtocolTCP
			transport = &layers.TCP{
				SrcPort: layers.TCPPort(ports[from == 2]), DstPort: layers.TCPPort(ports[to == 2]), Window: 1000,
				SYN: strings.Contains(flags, "S"), ACK: strings.Contains(flags, "A"),
			}
		}
		b := gopacket.NewSerializeBuffer()
		ethernet := &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, ethernet, ip, transport); err != nil {
			t.Fatal(err)
		}
		at := time.Duration(seconds * 1e9)
		data = le.AppendUint32(le.AppendUint32(data, uint32(at/1e9)), uint32(at%1e9))
		data = le.AppendUint32(le.AppendUint32(data, uint32(len(b.Bytes()))), uint32(len(b.Bytes())))
		data = append(data, b.Bytes()...)
	}
	return data
}

// TestEventsAreTheSame: in every runtime and size of batches.
func TestEventsAreTheSame(t *testing.T) {
	slow(t)
	for _, file := range []string{windows, "../testdata/plain.pcap", "../testdata/rules/timeout_silence.pcap"} {
		want := watched(t, file, plugin.Inproc, 65536)
		for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Process} {
			for _, rows := range []int{1, 7, 256} {
				if got := watched(t, file, in, rows); got != want {
					t.Errorf("%s, %s, batches of %d: %s", file, in, rows, cmp.Diff(want, got))
				}
			}
		}
	}
}
