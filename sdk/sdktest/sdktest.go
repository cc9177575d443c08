// Package sdktest runs plugins over packets in text, or over a capture,
// through the host's decoder, flow table and pipeline, and returns what the
// plugins make of them.
package sdktest

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/record"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest/packets"
	"github.com/t2host/t2host/sdk/value"
)

// Epoch is the time of second 0 of packets in text.
const Epoch = packets.Epoch

// Packets returns a capture of packets in text, see [packets.Capture].
func Packets(text string) ([]byte, error) { return packets.Capture(text) }

var update = flag.Bool("update", false, "write the expectations of text cases anew")

// Cases runs the text cases that pattern matches: txtar files with the sections
//
//	settings    PLUGIN.KEY=VALUE, a line each
//	packets     see Packets; or
//	capture     the path of a capture, from the test's folder
//	zone        of the host, such as Europe/Zurich; UTC if there is none
//	records     expected: a line for each flow end, with the plugin's columns
//	report      expected: the plugin's lines of the end report
//	files/NAME  expected: an output file; NUL bytes are shown as <NUL>. Streams are
//	            written to files/PLUGIN.OUTLET, and so are rows, as text
//
// A missing section is not compared. The last one of plugins is tested; it may
// require the others. With -update the expected sections are written again.
func Cases(t *testing.T, pattern string, plugins ...*sdk.Plugin) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no text cases match %s", pattern)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file, plugins) })
	}
}

func runCase(t *testing.T, file string, plugins []*sdk.Plugin) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := runSections(t.TempDir(), archive, plugins)
	if err != nil {
		t.Fatal(err)
	}
	changed := false
	for i := range archive.Files {
		f := &archive.Files[i]
		text, ok := got[f.Name]
		if !ok {
			if strings.HasPrefix(f.Name, "files/") {
				t.Errorf("%s: %s was not written (written: %v)", file, f.Name, slices.Sorted(maps.Keys(got)))
			}
			continue
		}
		if diff := cmp.Diff(string(f.Data), text); diff != "" && !*update {
			t.Errorf("%s: %s (-want +got; -update writes it anew):\n%s", file, f.Name, diff)
		}
		changed = changed || string(f.Data) != text
		f.Data = []byte(text)
	}
	if changed && *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Run runs a text case as [Cases] does, and returns its sections by name: records, report and
// files/NAME. It is for examples, and for tests that compare only a part.
func Run(text string, plugins ...*sdk.Plugin) (map[string]string, error) {
	dir, err := os.MkdirTemp("", "sdktest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return runSections(dir, txtar.Parse([]byte(text)), plugins)
}

// Replay runs a plugin on what t2host --record NAME=FILE has kept of its run, and fails the test at the first batch whose answer is not
// the recorded one: in go test, and so in a debugger. The plugin must declare what it did then.
func Replay(t *testing.T, path string, p *sdk.Plugin) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := record.Read(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := r.Of(p); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	got, err := record.Replay(r, p)
	switch {
	case err != nil:
		t.Fatalf("%s: plugin %s: %v", path, p.Name, err)
	case got.Differs != "":
		t.Errorf("%s: plugin %s: %s", path, p.Name, got.Differs)
	}
}

// runSections runs a case in a folder and returns its sections as they came out.
func runSections(dir string, archive *txtar.Archive, plugins []*sdk.Plugin) (map[string]string, error) {
	tested := plugins[len(plugins)-1]
	c := host.Config{Prefix: filepath.Join(dir, "out"), Zone: time.UTC, Quiet: true, Plugins: []plugin.Request{{Name: tested.Name}}}
	var sets []string
	for _, f := range archive.Files {
		text := strings.TrimSpace(string(f.Data))
		switch f.Name {
		case "settings":
			sets = append(sets, strings.Fields(text)...)
		case "packets":
			data, err := Packets(text)
			if err != nil {
				return nil, fmt.Errorf("packets: %w", err)
			}
			c.Files = []string{filepath.Join(dir, "packets.pcap")}
			if err := os.WriteFile(c.Files[0], data, 0o644); err != nil {
				return nil, err
			}
		case "capture":
			c.Files = []string{text}
		case "zone":
			zone, err := time.LoadLocation(text)
			if err != nil {
				return nil, err
			}
			c.Zone = zone
		}
	}
	for _, p := range plugins {
		sets = append(sets, streams(p, dir)...)
	}
	var err error
	if c.Settings, err = settings.Load(os.DevNull, nil, sets); err != nil {
		return nil, err
	}
	var records strings.Builder
	c.Catalogue = plugin.BuiltIn(append(slices.Clone(plugins), recorder(tested, &records))...)
	c.Runtime = plugin.Inproc
	c.To = host.RowsToFiles(c.Catalogue, c.Plugins, dir)
	c.Plugins = append(c.Plugins, plugin.Request{Name: "recorder"})
	r, err := host.Run(context.Background(), c)
	if err != nil {
		return nil, err
	}
	got := map[string]string{"records": records.String()}
	for _, p := range r.Plugins {
		if p.Name == tested.Name {
			got["report"] = strings.Join(append(p.Lines, ""), "\n")
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		text := strings.ReplaceAll(string(data), "\x00", "<NUL>")
		if !strings.HasSuffix(text, "\n") && text != "" {
			text += "\n" // txtar ends each file so
		}
		got["files/"+e.Name()] = text
	}
	return got, nil
}

// recorder writes a line for each flow end, with the columns of a plugin.
func recorder(of *sdk.Plugin, out *strings.Builder) *sdk.Plugin {
	ends := sdk.End(field.At, field.FlowInd, field.Dir, field.SrcIP, field.DstIP, field.SrcPort, field.DstPort, field.Proto)
	for _, c := range of.Columns {
		ends.Columns = append(ends.Columns, sdk.ColumnInfo{Name: of.Name + "." + c.Name, Type: c.Type})
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "recorder", Number: 999, Version: "1.0.0", Doc: "writes down flow ends for a test",
		Requires: []sdk.Requirement{{Name: of.Name}},
		Ends:     ends,
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				fmt.Fprintf(out, "%s %d%c %s > %s proto=%d", sdk.Seconds(e.At()-Epoch*1e9, 3), e.FlowInd(), "AB"[e.Dir()],
					endpoint(e.SrcIP(), e.SrcPort()), endpoint(e.DstIP(), e.DstPort()), e.Proto())
				for i, c := range of.Columns {
					fmt.Fprintf(out, " %s=%s", c.Name, Text(e, i, c.Type))
				}
				out.WriteByte('\n')
				return nil
			}}, nil
		},
	})
}

func endpoint(ip sdk.IP, port uint16) string {
	if ip.Version() == 0 {
		return "-"
	}
	addr, _ := netip.AddrFromSlice(ip.Bytes())
	return netip.AddrPortFrom(addr, port).String()
}

// Text returns the value of column i of other plugins at a flow end, as T2 shows it.
func Text(e sdk.EndRow, i int, t value.Type) string { return string(t.AppendText(nil, e.Bytes(i))) }
