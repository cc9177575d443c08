package host

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// side is an address with its port.
type side struct {
	ip   sdk.IP
	port uint16
}

// talk is a conversation as the test's plugin sees it.
type talk struct {
	sides     [2]side // in an order of their own, not by direction
	etherType uint16
	proto     uint8
	client    side
	first     int64          // time of its first packet
	durations map[side]int64 // by source
}

// talks is a plugin that collects conversations by flow index.
func talks(into map[uint64]*talk) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "talks", Number: 900, Version: "1.0.0", Doc: "collects conversations for a test",
		Ends: sdk.End(field.FirstSeen, field.LastSeen, field.FlowInd, field.SrcIP, field.DstIP, field.SrcPort, field.DstPort, field.Proto, field.EtherType, field.FlowStat),
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				src, dst := side{e.SrcIP(), e.SrcPort()}, side{e.DstIP(), e.DstPort()}
				k := into[e.FlowInd()]
				if k == nil {
					k = &talk{sides: [2]side{src, dst}, etherType: e.EtherType(), proto: e.Proto(), client: src, first: e.FirstSeen(), durations: map[side]int64{}}
					if cmp.Or(strings.Compare(src.ip.String(), dst.ip.String()), cmp.Compare(src.port, dst.port)) > 0 {
						k.sides = [2]side{dst, src}
					}
					if e.FlowStat()&1 != 0 { // L3FLOWINVERT, also of a flow without an opposite, whose direction is A
						k.client = dst
					}
					into[e.FlowInd()] = k
				}
				k.first = min(k.first, e.FirstSeen())
				k.durations[src] = e.LastSeen() - e.FirstSeen()
				return nil
			}}, nil
		},
	})
}

// start identifies a conversation between hosts by the packet that it begins with.
type start struct {
	sides     [2]side
	etherType uint16
	proto     uint8
	first     int64
}

// TestWhatSettingsChange makes the table of docs/from-t2.md again: what settings change on mix.
func TestWhatSettingsChange(t *testing.T) {
	slow(t)
	file := captureFile(t, sharedFolder(t), "mix.pcap")
	run := func(c Config) map[start]*talk {
		t.Helper()
		all := map[uint64]*talk{}
		c.Catalogue = plugin.BuiltIn(talks(all))
		if _, err := Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		byStart := map[start]*talk{}
		for ind, k := range all {
			s := start{k.sides, k.etherType, k.proto, k.first}
			if k.sides[0].ip.String() == "-" { // layer 2: each by itself
				s.first = -int64(ind)
			}
			byStart[s] = k
		}
		if len(byStart) != len(all) {
			t.Errorf("%d conversations, %d of them begin at packets of their own", len(all), len(byStart))
		}
		return byStart
	}
	byDefault := run(testConfig(t, file, "talks"))
	row := func(name string) string {
		c := testConfig(t, file, "talks")
		switch name {
		case "the default":
		case "`--t2`":
			c.Settings = likeT2(c.Settings)
		default:
			c.Settings = settingsOf(t, strings.Trim(name, "`"))
		}
		other := run(c)
		swapped, longer, tcp := 0, 0, 0
		for s, k := range other {
			if k.proto == 6 {
				tcp++
			}
			if d := byDefault[s]; d != nil && s.first >= 0 {
				if d.client != k.client {
					swapped++
				}
				if !maps.Equal(d.durations, k.durations) {
					longer++
				}
			}
		}
		changes := "| | |"
		if name != "the default" {
			changes = fmt.Sprintf("| %s | %s |", thousands(swapped), thousands(longer))
		}
		return fmt.Sprintf("| %s | %s | %s %s", name, thousands(len(other)), thousands(tcp), changes)
	}
	page, err := os.ReadFile("../docs/from-t2.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| | conversations | of TCP | client is the other side | another duration |\n|---|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	if !found {
		t.Fatal("docs/from-t2.md lacks the table")
	}
	for _, want := range strings.Split(table, "\n") {
		name := strings.TrimSpace(strings.Split(want, "|")[1])
		if got := row(name); got != want {
			t.Errorf("docs/from-t2.md has\n%s\nand it is\n%s", want, got)
		}
	}
}

// thousands returns n with a comma between thousands.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
