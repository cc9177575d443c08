package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest/everytype"
)

// checked checks a plugin that is compiled in on a small capture, and returns the details of what was found, by its name.
func checked(t *testing.T, p *sdk.Plugin) map[string]string {
	t.Helper()
	var now plugin.Runtime
	found, err := Run(context.Background(), Config{
		Artefact: plugin.BuiltIn(p)[0], Describe: func() (*sdk.Plugin, error) { return p, nil }, Catalogue: plugin.BuiltIn(all.Plugins()...),
		Captures: []Capture{{Name: "plain.pcap", Path: "../../testdata/plain.pcap"}}, Long: []string{"../../testdata/plain.pcap"}, Dir: t.TempDir(),
		Carrier: func(plugin.CarrierConfig) plugin.Carrier {
			return direct{plugin.CompiledIn(plugin.CarrierConfig{}), &now}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	details := map[string]string{}
	for _, f := range found {
		details[f.What] = f.Detail
	}
	return details
}

// TestNever: what no run has exercised is told; and a setting that is refused, or breaks a run, at an end of its range.
func TestNever(t *testing.T) {
	type settings struct {
		Least, Most uint32
		Loud        bool
		Suffix      string
	}
	same, other := sdk.NewColumn[uint32]("subjectSame", "is always the same"), sdk.NewColumn[uint64]("subjectOther", "is not")
	p := sdk.Define(sdk.Spec[settings]{
		Name: "subject", Number: 500, Version: "1.0.0", Doc: "is checked",
		Defaults: settings{Least: 2, Most: 5, Suffix: "_lines.txt"},
		Settings: func(s *settings) []sdk.Setting {
			return []sdk.Setting{
				sdk.Uint32Setting("least", &s.Least, "", 1, 3, "is refused at 3"),
				sdk.Uint32Setting("most", &s.Most, "", 1, 9, "breaks at 9"),
				sdk.BoolSetting("loud", &s.Loud, "does nothing"),
				sdk.TextSetting("suffix", &s.Suffix, "is where lines go"),
			}
		},
		Packets: sdk.TCP(field.Time), Ends: sdk.End(field.FlowInd), Ticks: sdk.Every(time.Hour * 24 * 365), Columns: []sdk.AnyColumn{same, other},
		Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: func(env *sdk.Env, s settings) (sdk.Stage, error) {
			if s.Least == 3 {
				return nil, errors.New("three is too many")
			}
			a, b := same.Writer(env), other.Writer(env)
			return &sdk.Loop{Packet: func(sdk.PacketRow) {}, Tick: func(sdk.TickRow) error { return nil }, EndFlow: func(end sdk.EndRow) error {
				if s.Most == 9 {
					return errors.New("nine breaks")
				}
				a.Put(end, 7)
				b.Put(end, end.FlowInd())
				return nil
			}}, nil
		},
	})
	details := checked(t, p)
	want := "no tick; outlet lines sent nothing; column subjectSame is always 7; setting least: 3 is refused: plugin subject: open: three is too many; setting loud changed nothing"
	if diff := cmp.Diff(want, details["never exercised"]); diff != "" {
		t.Error(diff)
	}
	if got := details["settings at the ends of their ranges"]; !strings.HasPrefix(got, "most=9: plugin subject: batch 1 ") || !strings.Contains(got, "nine breaks") {
		t.Errorf("settings: %s", got)
	}
}

// TestEveryType: a sink that reads all columns gets those of every type.
func TestEveryType(t *testing.T) {
	var columns int
	values := map[string]bool{}
	p := sdk.Define(sdk.Spec[struct{}]{
		Name: "subject", Number: 950, Version: "1.0.0", Doc: "is checked", Ends: sdk.End().WithAll(),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			columns = max(columns, len(env.Columns))
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				for i, c := range env.Columns {
					if strings.HasPrefix(c.Name, everytype.Name+".") {
						values[c.Name+fmt.Sprintf(" %x", end.Bytes(i))] = true
					}
				}
				return nil
			}}, nil
		},
	})
	if details := checked(t, p); details["same bytes on plain.pcap"] != "" {
		t.Fatal(details)
	}
	if own := len(everytype.Plugin().Columns); own != 34 || columns <= own || len(values) < 100 {
		t.Errorf("%d columns, %d of every type, %d values", columns, own, len(values))
	}
}

// TestOwnCaptures: captures and text cases in a plugin's folder are found, with what they set and expect.
func TestOwnCaptures(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	testdata := filepath.Join(folder, "testdata")
	if err := os.Mkdir(testdata, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a.pcap": "", "b.pcapng.gz": "", "c.json": "",
		"one.txtar":  "-- settings --\nsubject.list=hosts.txt\nsubject.n=1\n-- zone --\nEurope/Zurich\n-- packets --\n0 10.0.0.1:1 > 10.0.0.2:2 udp\n-- report --\nLine\n-- files/out.txt --\nx\n",
		"two.txtar":  "-- capture --\ntestdata/a.pcap\n-- records --\nnone\n",
		"none.txtar": "-- records --\nno packets\n",
	} {
		if err := os.WriteFile(filepath.Join(testdata, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a := plugin.BuiltIn(&sdk.Plugin{Name: "subject", Files: []sdk.InputFile{{Setting: "list"}}})[0]
	list, err := OwnCaptures(a, folder, dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		got = append(got, fmt.Sprint(c.Name, " ", strings.NewReplacer(folder, "FOLDER", dir, "DIR").Replace(fmt.Sprint(c.Path, c.Sets)), " ", c.Zone != nil, c.Want))
	}
	want := []string{
		"a.pcap FOLDER/testdata/a.pcap[] false map[]",
		"b.pcapng.gz FOLDER/testdata/b.pcapng.gz[] false map[]",
		"one.txtar DIR/one.txtar.pcap[subject.list=FOLDER/hosts.txt subject.n=1] true map[out.txt:x\n report:Line\n]",
		"two.txtar FOLDER/testdata/a.pcap[] false map[]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(filepath.Join(testdata, "one.txtar"), []byte("-- packets --\nnonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OwnCaptures(a, folder, dir); err == nil || !strings.Contains(err.Error(), "one.txtar: packets: line 1") {
		t.Error(err)
	}
}
