package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest"
)

// payloadReader notes the payload of each packet of a selection.
func payloadReader(t *testing.T, name string, packets sdk.PacketSelect, seen *[]string) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: 300, Version: "1.0.0", Doc: "reads payload", Packets: packets,
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{Packet: func(p sdk.PacketRow) {
				*seen = append(*seen, fmt.Sprintf("%s %d %q", name, p.L7Len(), p.Payload()))
				if packets.HeaderLen > 0 && len(p.Header()) != packets.HeaderLen || packets.HeaderLen > 6 && p.Header()[0]>>4 != 4 && p.Header()[6] != 17 {
					t.Errorf("%s: header % x of %d bytes", name, p.Header(), packets.HeaderLen)
				}
			}}, nil
		},
	})
}

// TestPayload: each plugin gets as many bytes of a packet's payload as it asks for,
// with every size of batches.
func TestPayload(t *testing.T) {
	data, err := sdktest.Packets(`
0.0 10.0.0.1:1000 > 10.0.0.2:80 S
0.1 10.0.0.1:1000 > 10.0.0.2:80 P text=GET\x20/\x20HTTP/1.1\r\n
0.2 10.0.0.1:1000 > 10.0.0.2:53 udp text=\x00\x01
0.3 [2001:db8::1]:1000 > [2001:db8::2]:53 udp text=abcdefgh vlan=7
0.4 10.0.0.1:1000 > 10.0.0.2:80 F len=3
`)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "in.pcap")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`long 0 ""`, `long 16 "GET / HTTP/1.1\r\n"`, `long 2 "\x00\x01"`, `long 8 "abcdefgh"`, `long 3 "\x00\x00\x00"`,
		`short 0 ""`, `short 16 "GET "`, `short 2 "\x00\x01"`, `short 8 "abcd"`, `short 3 "\x00\x00\x00"`,
		`tcp 0 ""`, `tcp 16 "GET / HT"`, `tcp 3 "\x00\x00\x00"`,
	}
	for _, rows := range []int{1, 2, 256} {
		values, err := settings.Load(os.DevNull, nil, []string{fmt.Sprint("batch.rows=", rows)})
		if err != nil {
			t.Fatal(err)
		}
		var seen [3][]string
		c := host.Config{
			Files: []string{file}, Prefix: filepath.Join(t.TempDir(), "out"), Settings: values, Quiet: true,
			Runtime: plugin.Inproc, Plugins: []plugin.Request{{Name: "long"}, {Name: "short"}, {Name: "tcp"}},
			Catalogue: plugin.BuiltIn(
				payloadReader(t, "long", sdk.All(field.L7Len).WithPayload(sdk.MaxPayload), &seen[0]),
				payloadReader(t, "short", sdk.All(field.L7Len).WithPayload(4).WithHeader(20), &seen[1]),
				payloadReader(t, "tcp", sdk.TCP(field.L7Len).WithPayload(8).WithHeader(1), &seen[2]),
			),
		}
		for i, a := range c.Catalogue {
			a.Number += i
		}
		if _, err := host.Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, append(append(seen[0], seen[1]...), seen[2]...)); diff != "" {
			t.Errorf("batches of %d rows:\n%s", rows, diff)
		}
	}
}
