package sdktest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest"
)

// seenRow is a row of a table of a plugin that is not there.
type seenRow struct{ N uint64 }

func (r *seenRow) Fields(f *sdk.TableFields) { sdk.Field(f, "n", &r.N) }

var (
	seen  = sdk.NewTable[sdk.IP, seenRow]("absent.seen")
	count = sdk.NewColumn[uint32]("absent.count", "a column of the plugin that is not there")
)

// reader tells what it reads of absent.
func reader() *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "reader", Number: 500, Version: "1.0.0", Doc: "reads a table for a test",
		Requires: []sdk.Requirement{{Name: "absent", Versions: "^1.0"}}, Imports: []sdk.AnyTable{seen}, Ends: sdk.End().With(count),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			table, column := seen.View(env), count.Reader(env)
			sum := uint32(0)
			return &sdk.Loop{
				EndFlow: func(end sdk.EndRow) error { sum += column.Get(end); return nil },
				Report: func(r *sdk.Report) {
					for ip, row := range table.All(r.Moment) {
						r.Line(fmt.Sprint(ip, " ", row.N, " ", sum))
					}
				},
			}, nil
		},
	})
}

// TestStandInTables: a stand-in has the rows that a test wants, and its columns are zero.
func TestStandInTables(t *testing.T) {
	var b [16]byte
	b[0] = 10
	rows := sdktest.Rows(seen, func(set func(sdk.IP, seenRow)) {
		set(sdk.IPv4(b), seenRow{7})
		b[3] = 1
		set(sdk.IPv4(b), seenRow{8})
	})
	const text = "-- packets --\n0 10.0.0.1:1 > 10.0.0.2:2 udp\n"
	for name, c := range map[string]struct {
		tables []sdktest.Table
		want   string
	}{
		"rows": {[]sdktest.Table{rows}, "10.0.0.0 7 0\n10.0.0.1 8 0\n"},
		"none": {[]sdktest.Table{sdktest.Rows(seen, nil)}, ""},
	} {
		got, err := sdktest.Run(text, sdktest.StandInTables("absent", 400, "1.0.0", c.tables, count), reader())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got["report"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEveryType: the plugin runs, and has as many columns as there are types, and lists of them.
func TestEveryType(t *testing.T) {
	got, err := sdktest.Run("-- packets --\n0 10.0.0.1:1 > 10.0.0.2:2 udp\n1 10.0.0.3:1 > 10.0.0.2:2 udp\n", sdktest.EveryType())
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(got["records"]), "\n"); len(lines) != 2 || !strings.Contains(lines[0], " everyIP=") || !strings.Contains(lines[1], " everyStringList=") {
		t.Errorf("%q", lines)
	}
}
