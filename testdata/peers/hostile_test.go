package peers

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/drive/parquet"
	"github.com/t2host/t2host/host/drive/postgres"
	"github.com/t2host/t2host/host/drive/sqlite"
	"github.com/t2host/t2host/sdk/value"
)

// hostile are values that places have trouble with, and how DuckDB (Parquet), PostgreSQL and SQLite show them. A
// row with one that a place refuses is kept out of it: "refused".
var hostile = []struct {
	name                     string
	of                       value.Type
	data                     []byte
	duckdb, postgres, sqlite string
}{
	{"u64", value.Uint64, num(8, math.MaxUint64), "18446744073709551615", "18446744073709551615", "refused"},
	{"u63", value.Uint64, num(8, math.MaxInt64), "9223372036854775807", "9223372036854775807", "9223372036854775807"},
	{"h64", value.Hex64, num(8, math.MaxUint64), "18446744073709551615", "18446744073709551615", "0xffffffffffffffff"},
	{"h32", value.Hex32, num(4, math.MaxUint32), "4294967295", "4294967295", "0xffffffff"},
	{"i64", value.Int64, num(8, 1<<63), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
	{"nan", value.Float64, num(8, math.Float64bits(math.NaN())), "nan", "NaN", "NULL"},
	{"inf", value.Float32, num(4, uint64(math.Float32bits(float32(math.Inf(-1))))), "-inf", "-Infinity", "-Inf"},
	{"f32", value.Float32, num(4, uint64(math.Float32bits(0.1))), "0.1", "0.1", "0.1"},
	{"time", value.Time, num(8, 1_500_000_000_000_000_001), "2017-07-14 02:40:00.000000001", "2017-07-14 02:40:00+00", "2017-07-14T02:40:00.000000001Z"},
	{"took", value.Duration, num(8, uint64(1<<64-1_500_000_001)), "-1.500000001", "-1.500000001", "-1.500000001"},
	{"least", value.Duration, num(8, 1<<63), "-9223372036.854775808", "-9223372036.854775808", "-9223372036.85478"},
	{"ip4", value.IP, append([]byte{4, 10, 0, 0, 1}, make([]byte, 12)...), "10.0.0.1", "10.0.0.1", "10.0.0.1"},
	{"ip6", value.IP, []byte("\x06\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), "2001:db8::1", "2001:db8::1", "2001:db8::1"},
	{"noip", value.IP, make([]byte, value.IPSize), "NULL", "NULL", "NULL"},
	{"mac", value.MAC, []byte{2, 0, 0, 0, 0, 1}, "02:00:00:00:00:01", "02:00:00:00:00:01", "02:00:00:00:00:01"},
	{"nul", value.Text, []byte("a\x00b"), "a\ufffdb", "a\ufffdb", "a\ufffdb"},
	{"bytes", value.Text, []byte("\xff\xc3(é"), "\ufffd(é", "\ufffd(é", "\ufffd(é"},
	{"quotes", value.String, []byte("say \"hi\", '\\' you\n"), "say \"hi\", '\\' you\n", "say \"hi\", '\\' you\n", "say \"hi\", '\\' you\n"},
	{"empty", value.Text, nil, "", "", ""},
	{"list", value.Uint16 | value.List, []byte{1, 0, 0xff, 0xff}, "[1, 65535]", "{1,65535}", "[1,65535]"},
	{"nolist", value.Uint16 | value.List, nil, "[]", "{}", "[]"},
	{"ips", value.IP | value.List, append([]byte{4, 10, 0, 0, 1}, make([]byte, 12)...), "[10.0.0.1]", "{10.0.0.1}", `["10.0.0.1"]`},
	{"texts", value.Text | value.List, []byte("\x01\x00\x00\x00\"\x01\x00\x00\x00,"), `['"', ',']`, `{"\"",","}`, `["\"",","]`},
	{`a "b", c`, value.Uint8, []byte{7}, "7", "7", "7"},
	{"long", value.Text, bytes.Repeat([]byte("x,"), 1<<19), strings.Repeat("x,", 1<<19), strings.Repeat("x,", 1<<19), strings.Repeat("x,", 1<<19)},
}

func num(size int, n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n)[:size] }

// deliver delivers two rows with one value, and a third one without it, and returns the error.
func deliver(t *testing.T, k *drive.Kind, scheme, address, table string, of value.Type, name string, data []byte) error {
	t.Helper()
	c := &drive.Config{
		Kind: k, Scheme: scheme, Address: address, Options: map[string]string{}, Stream: table, Run: "0123",
		Columns: []value.Column{{Name: "n", Type: value.Uint8}, {Name: name, Type: of}},
		Create:  create,
	}
	if err := k.Check(c); err != nil {
		t.Fatal(err)
	}
	d, err := k.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	n, v := value.Vec{Type: value.Uint8}, value.Vec{Type: of}
	other := make([]byte, of.Size())
	for i, b := range [][]byte{data, data, other} {
		n.Append([]byte{byte(i)})
		v.Append(b)
	}
	err = d.Deliver(context.Background(), &drive.Batch{Run: "0123", Stream: table, Number: 1, Rows: 3, Data: drive.AppendColumns(nil, 3, []value.Vec{n, v})})
	if cerr := d.Close(false); cerr != nil {
		t.Fatal(cerr)
	}
	return err
}

// TestHostileValues: values go through every driver of tables as the mapping says.
func TestHostileValues(t *testing.T) {
	c := newCluster(t)
	dir := t.TempDir()
	for i, h := range hostile {
		table := fmt.Sprint("h", i)
		name := h.name
		file := filepath.Join(dir, table+".parquet")
		if err := deliver(t, parquet.Kind, "parquet", file, table, h.of, name, h.data); err != nil {
			t.Errorf("%s: parquet: %v", name, err)
		} else {
			rows := query(t, dir, fmt.Sprintf(`SELECT coalesce("%s"::VARCHAR, 'NULL') FROM read_parquet('%s') WHERE n = 1`, strings.ReplaceAll(name, `"`, `""`), file))
			if len(rows) != 1 || *rows[0][0] != h.duckdb {
				t.Errorf("%s: DuckDB reads %.60v, want %.60s", name, *rows[0][0], h.duckdb)
			}
		}

		if err := deliver(t, postgres.Kind, "postgres", "//t2@"+c.addr()+"/postgres", table, h.of, name, h.data); err != nil {
			t.Errorf("%s: postgres: %v", name, err)
		} else {
			quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
			if h.of == value.IP {
				quoted = "host(" + quoted + ")"
			} else if h.of == value.IP|value.List {
				quoted = `replace(` + quoted + `::text, '/32', '')`
			}
			got := c.query("SELECT coalesce(" + quoted + "::text, 'NULL') FROM " + table + " WHERE n = 1")
			if diff := cmp.Diff([]string{h.postgres}, got); diff != "" {
				t.Errorf("%s: PostgreSQL (-want +got):\n%.200s", name, diff)
			}
		}

		file = filepath.Join(dir, table+".db")
		err := deliver(t, sqlite.Kind, "sqlite", file, table, h.of, name, h.data)
		if h.sqlite == "refused" {
			var refused *drive.Refused
			if !asRefused(err, &refused) || !slices.Equal(refused.Rows, []int{0, 1}) {
				t.Errorf("%s: SQLite: %v", name, err)
			}
			if got := shell(t, file, "SELECT n FROM "+table); !slices.Equal(got, []string{"2"}) {
				t.Errorf("%s: SQLite has the rows %v, want the third one", name, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: SQLite: %v", name, err)
			continue
		}
		got := strings.TrimSuffix(sqliteText(t, file, `SELECT coalesce("`+strings.ReplaceAll(name, `"`, `""`)+`", 'NULL') FROM `+table+` WHERE n = 1`), "\n")
		if got != h.sqlite {
			t.Errorf("%s: SQLite has %.60q, want %.60q", name, got, h.sqlite)
		}
	}
}
