package host

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// breaking is a plugin that panics at the twelfth packet of a flow, or at the end of such a flow. This program holds it in a process, too.
var breaking = sdk.Define(sdk.Spec[string]{
	Name: "breaking", Number: 991, Version: "1.0.0", Doc: "panics for a test", Defaults: "packet",
	Settings: func(at *string) []sdk.Setting {
		return []sdk.Setting{sdk.ChoiceSetting("at", at, "", "packet", "end")}
	},
	Packets: sdk.TCP(field.Window).WithPayload(4),
	Ends:    sdk.End(field.FlowInd),
	Open: func(_ *sdk.Env, at string) (sdk.Stage, error) {
		seen := map[uint32]int{}
		return &sdk.Loop{
			Packet: func(p sdk.PacketRow) {
				if seen[p.Flow()]++; at == "packet" && seen[p.Flow()] == 12 {
					deeper(seen[p.Flow()])
				}
			},
			EndFlow: func(e sdk.EndRow) error {
				if at == "end" && seen[e.Flow()] > 12 {
					deeper(seen[e.Flow()])
				}
				return nil
			},
		}, nil
	},
})

func deeper(n int) { _ = make([]int, 5)[n] }

// TestAPanicNamesItsPacket: the error names the packet and the way through the author's code, and t2host shows the last packets of the flow, as
// the plugin has read them, whichever runtime it is in and however large batches are.
func TestAPanicNamesItsPacket(t *testing.T) {
	shown := regexp.MustCompile(`plugin breaking: (packet [0-9]+:.*)`)
	var first string
	for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Process} {
		for _, rows := range []string{"64", "16384"} {
			cfg := testConfig(t, windows, "breaking:"+string(in))
			cfg.Catalogue = plugin.BuiltIn(breaking)
			cfg.Settings = settingsOf(t, "batch.rows="+rows)
			var said strings.Builder
			cfg.Quiet, cfg.Stderr = false, &said
			_, err := Run(context.Background(), cfg)
			if err == nil {
				t.Fatal("no error")
			}
			text := regexp.MustCompile(`batch [0-9]+`).ReplaceAllString(err.Error(), "batch N")
			if want := regexp.MustCompile(`^plugin breaking: batch N \(packet [0-9]+\): panic: runtime error: index out of range \[12\] with length 5 \(panic_test.go:[0-9]+ <- panic_test.go:[0-9]+\)$`); !want.MatchString(text) {
				t.Errorf("%s, %s rows: %s", in, rows, err)
			}
			if first == "" {
				first = text
			}
			if text != first {
				t.Errorf("%s, %s rows: %s\nbut at first: %s", in, rows, text, first)
			}
			lines := shown.FindAllStringSubmatch(said.String(), -1)
			if rows == "16384" && len(lines) != 10 || len(lines) == 0 {
				t.Fatalf("%s, %s rows: %d packets are shown:\n%s", in, rows, len(lines), said.String())
			}
			last := lines[len(lines)-1][1]
			_, number, _ := strings.Cut(text, "(packet ")
			number, _, _ = strings.Cut(number, ")")
			if want := regexp.MustCompile("^packet " + number + ": Flow=[0-9]+ Window=[0-9]+ Payload=[0-4] bytes$"); !want.MatchString(last) {
				t.Errorf("%s, %s rows: the last packet is %q, want %s", in, rows, last, want)
			}
		}
	}
}

// TestAPanicNamesItsFlow: at a flow end the error names the flow.
func TestAPanicNamesItsFlow(t *testing.T) {
	for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Process} {
		cfg := testConfig(t, windows, "breaking:"+string(in))
		cfg.Catalogue, cfg.Settings = plugin.BuiltIn(breaking), settingsOf(t, "breaking.at=end")
		_, err := Run(context.Background(), cfg)
		if want := regexp.MustCompile(`^plugin breaking: batch 1 \(packets [0-9]+ to [0-9]+, end of flow [0-9]+\): panic: `); err == nil || !want.MatchString(err.Error()) {
			t.Errorf("%s: %v", in, err)
		}
	}
}
