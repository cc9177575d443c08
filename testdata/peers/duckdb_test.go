package peers

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/value"
)

// query returns the rows of a query of DuckDB.
func query(t *testing.T, dir, sql string) (rows [][]*string) {
	t.Helper()
	node := program(t, "node")
	if _, err := os.Stat("node_modules/@duckdb/node-api"); err != nil {
		skip(t, "DuckDB (npm ci)")
	}
	script, err := filepath.Abs("duckdb.js")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, script, sql)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	for line := range strings.Lines(string(out)) {
		var row []*string
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// types returns the type of each column of the text file, by the headers file.
func types(t *testing.T, dir string) (list []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "out_headers.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(line, "\t"); len(cells) == 4 && line[0] != '#' {
			list = append(list, cells[1])
		}
	}
	return list
}

// shown returns a cell as the text file shows it.
func shown(t *testing.T, cell *string, of string) string {
	t.Helper()
	if cell == nil {
		return map[string]string{"IPX": "-", "F": "nan"}[of]
	}
	s := *cell
	switch base, isList := strings.CutSuffix(of, ":R"); {
	case isList:
		s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
		var list []string
		for elem := range strings.SplitSeq(s, ",") {
			list = append(list, strings.Trim(elem, ` "'`))
		}
		return strings.Join(list, ";")
	case base[0] == 'H' && !strings.HasPrefix(s, "0x"):
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		bits, _ := strconv.Atoi(base[1:])
		return fmt.Sprintf("0x%0*x", bits/4, n)
	case of == "F":
		x, err := strconv.ParseFloat(s, 32)
		if err != nil {
			t.Fatal(err)
		}
		return string(value.Float32.AppendText(nil, binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(x)))))
	case of == "U64.U32" && len(s) > 10 && s[4] == '-':
		for _, layout := range []string{"2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
			if at, err := time.Parse(layout, s); err == nil {
				return fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond())
			}
		}
	case of == "U64.U32": // a number of JSON loses its last zeros
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatFloat(x, 'f', 9, 64)
	}
	return s
}

// TestDuckDB reads Parquet, CSV and JSON with DuckDB: each cell is the text file's.
func TestDuckDB(t *testing.T) {
	const plugins = "basicflow,basicstats,tcpstates,tcpwin"
	for _, capture := range captures {
		r, dir := run(t, capture, "-p", plugins+",txtsink", "--to", "f.parquet", "--to", "f.csv", "--to", "f.jsonl.gz")
		r.ok(t)
		data, err := os.ReadFile(filepath.Join(dir, "out_flows.txt"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		names, of := strings.Split(lines[0][1:], "\t"), types(t, dir)
		var columns []string
		for _, name := range names {
			columns = append(columns, "'"+name+"': 'VARCHAR'")
		}
		for _, from := range []string{
			"read_parquet('f.parquet')",
			"read_csv('f.csv', all_varchar = true, nullstr = '')",
			"read_json('f.jsonl.gz', format = 'newline_delimited', columns = {" + strings.Join(columns, ", ") + "})",
		} {
			var picked []string
			for _, name := range names {
				picked = append(picked, `"`+name+`"::VARCHAR`)
			}
			rows := query(t, dir, "SELECT "+strings.Join(picked, ", ")+" FROM "+from)
			if len(rows) != len(lines)-1 {
				t.Errorf("%s of %s: %d rows, want %d", from, capture, len(rows), len(lines)-1)
				continue
			}
			for i, row := range rows {
				var got []string
				for k, cell := range row {
					if cell == nil && strings.HasSuffix(of[k], ":R") {
						cell = new(string) // CSV has no empty list
					}
					got = append(got, shown(t, cell, of[k]))
				}
				if diff := cmp.Diff(lines[i+1], strings.Join(got, "\t")); diff != "" {
					t.Errorf("%s of %s, row %d (-text file +read):\n%s", from, capture, i, diff)
					break
				}
			}
		}
	}
}
