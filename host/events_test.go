package host

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/testdata/built"
	"github.com/t2host/t2host/testdata/events"
)

// eventsModule is the plugins of package events for the sandbox.
var eventsModule = built.Once("events", func(dir string) (string, error) {
	path := filepath.Join(dir, "events.wasm")
	return path, built.Guest(path, "testdata/events/cmd/events")
})

// watched runs both plugins and returns what the second one wrote.
func watched(t *testing.T, file string, in plugin.Runtime, rows int, sets ...string) string {
	t.Helper()
	word := ":" + string(in)
	if in == plugin.Worker {
		word = ":wasm"
	}
	c := testConfig(t, file, "watcher"+word, "changer"+word)
	c.Catalogue = plugin.BuiltIn(events.Plugins()...)
	if in == plugin.Wasm || in == plugin.Worker {
		module := must(t, eventsModule)
		for _, a := range c.Catalogue {
			a.BuiltIn, a.Module.Path = false, module
			if in == plugin.Wasm {
				c.Consent.Trust = append(c.Consent.Trust, a.Name)
			}
		}
		c.Carrier = launch.Config{CacheDir: moduleCache(t)}.Carrier
	}
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
				SYN: strings.Contains(flags, "S"), ACK: strings.Contains(flags, "A"), FIN: strings.Contains(flags, "F"),
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

// TestEventsAreTheSame: in every runtime and size of batches, on captures of ours and on random ones, with
// gaps and times that go back.
func TestEventsAreTheSame(t *testing.T) {
	slow(t)
	files := []string{windows, "../testdata/plain.pcap", "../testdata/rules/timeout_silence.pcap", "../testdata/rules/summertime.pcap"}
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		var packets []string
		at := 0.0
		for range 300 {
			switch rnd.IntN(20) {
			case 0:
				at += 1000 * rnd.Float64()
			case 1:
				at = max(at-30*rnd.Float64(), 0)
			default:
				at += 2 * rnd.Float64()
			}
			packets = append(packets, fmt.Sprintf("%f %d>%d %s", at, 1+rnd.IntN(4), 1+rnd.IntN(4), []string{"S", "SA", "A", "A", "FA", ""}[rnd.IntN(6)]))
		}
		file := filepath.Join(t.TempDir(), fmt.Sprint(seed, ".pcap"))
		if err := os.WriteFile(file, capturedAt(t, strings.Join(packets, ", ")), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for _, file := range files {
		want := watched(t, file, plugin.Inproc, 65536)
		for in, sizes := range map[plugin.Runtime][]int{plugin.Inproc: {1, 7, 256, 4096}, plugin.Process: {7}, plugin.Wasm: {1, 4096}, plugin.Worker: {256}} {
			for _, rows := range sizes {
				if got := watched(t, file, in, rows); got != want {
					t.Errorf("%s, %s, batches of %d: %s", file, in, rows, cmp.Diff(want, got))
				}
			}
		}
	}
}
