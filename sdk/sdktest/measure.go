package sdktest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// Benchmark measures the last of plugins on a capture. The others are those that it requires.
func Benchmark(b *testing.B, capture string, plugins ...*sdk.Plugin) {
	data, err := os.ReadFile(capture)
	if err != nil {
		b.Fatal(err)
	}
	var packets uint64
	var cost time.Duration
	for b.Loop() {
		n, took, err := over(data, plugins)
		if err != nil {
			b.Fatal(err)
		}
		packets += n
		cost += took
	}
	b.ReportMetric(float64(cost.Nanoseconds())/float64(max(1, packets)), "ns/packet")
}

// Fuzz runs the last of plugins on random packets, damaged ones among them. It fails if the plugin
// panics or returns an error. The other plugins are those that it requires. With -fuzzminimizetime 1x it tries thousands of
// captures a second: without, go test spends a minute on each that is new.
func Fuzz(f *testing.F, plugins ...*sdk.Plugin) {
	for _, text := range []string{
		"0 10.0.0.1:1 > 10.0.0.2:80 S\n1 10.0.0.2:80 > 10.0.0.1:1 SA win=0\n2 10.0.0.1:1 > 10.0.0.2:80 P text=GET\n9 10.0.0.1:1 > 10.0.0.2:80 R",
		"0 [2001:db8::1]:1 > [2001:db8::2]:53 udp len=20 vlan=5\n0.5 [2001:db8::2]:53 > [2001:db8::1]:1 udp len=100 repeat=3 step=0.1",
	} {
		data, err := Packets(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var failed *host.PluginError
		if _, _, err := over(data, plugins); errors.As(err, &failed) {
			t.Error(err)
		}
	})
}

// over runs plugins over a capture; what they write goes nowhere. It returns the number of packets and the time that
// the last plugin spent on them.
func over(capture []byte, plugins []*sdk.Plugin) (packets uint64, cost time.Duration, err error) {
	var sets []string
	for _, p := range plugins {
		sets = append(sets, streams(p, "")...)
	}
	values, err := settings.Load(os.DevNull, nil, sets)
	if err != nil {
		return 0, 0, err
	}
	requests, catalogue := []plugin.Request{{Name: plugins[len(plugins)-1].Name}}, plugin.BuiltIn(slices.Clone(plugins)...)
	r, err := host.Run(context.Background(), host.Config{
		To:    host.RowsToFiles(catalogue, requests, ""),
		Files: []string{"-"}, Stdin: bytes.NewReader(capture), Prefix: "out", Zone: time.UTC, Quiet: true, Discard: true,
		Plugins: requests, Catalogue: catalogue,
		Runtime: plugin.Inproc, Settings: values,
	})
	if err != nil {
		return 0, 0, err
	}
	return r.Counts.Packets, r.Plugins[len(r.Plugins)-1].Cost, nil
}

// streams are the settings that lead a plugin's streams to files in dir.
func streams(p *sdk.Plugin, dir string) (sets []string) {
	for _, o := range p.Outlets {
		if o.Kind == sdk.StreamOutlet {
			sets = append(sets, p.Name+"."+o.Setting+"=file:"+filepath.Join(dir, p.Name+"."+o.Name))
		}
	}
	return sets
}
