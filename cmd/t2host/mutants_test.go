package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/testdata/built"
)

// mutant is a fault in one of the example plugins, and the check that finds it.
type mutant struct {
	plugin, fault string
	old, new      string // text of its source
	more          string // that is added to it
	found         string // what check prints of it
}

// perBatch forgets something at each batch.
const perBatch = `
type perBatch struct {
	sdk.Loop
	forget func()
}

func (p *perBatch) Batch(b *sdk.Batch) error {
	p.forget()
	return p.Loop.Batch(b)
}
`

var mutants = []mutant{
	{"tcpWinSink", "rows in the order of a map", "for src, row := range k.table.All(at) {\n", "rows := map[sdk.IP]tcpwin.Row{}\n\tfor src, row := range k.table.All(at) {\n\t\trows[src] = row\n\t}\n\tfor src, row := range rows {\n", "", "same bytes on"},
	{"dnsNames", "rows in the order of a map", "for domain, row := range t.domains.All(r.Moment) {\n", "rows := map[Domain]Row{}\n\tfor domain, row := range t.domains.All(r.Moment) {\n\t\trows[domain] = row\n\t}\n\tfor domain, row := range rows {\n", "", "same bytes on"},
	{"dnsNames", "fields in the order of a map", "range []uint64{row.NoError, row.ServFail, row.NXDomain, row.Refused, row.Other} {", "range map[string]uint64{\"n\": row.NoError, \"s\": row.ServFail, \"x\": row.NXDomain, \"r\": row.Refused, \"o\": row.Other} {", "", "same bytes on"},
	{"listedHosts", "lines of the report in the order of a map", "for ip, row := range t.hosts.All(r.Moment) {\n", "rows := map[sdk.IP]Row{}\n\tfor ip, row := range t.hosts.All(r.Moment) {\n\t\trows[ip] = row\n\t}\n\tfor ip, row := range rows {\n", "", "same bytes on many.txtar"},
	{"scanAlert", "alerts in the order of a map", "for ip, row := range k.hosts.All(at) {\n", "rows := map[sdk.IP]scanners.Row{}\n\tfor ip, row := range k.hosts.All(at) {\n\t\trows[ip] = row\n\t}\n\tfor ip, row := range rows {\n", "", "settings at the ends of their ranges"},
	{"recordsJson", "columns in the order of a map", "for _, c := range env.Columns {\n", "columns := map[string]sdk.ColumnInfo{}\n\tfor _, c := range env.Columns {\n\t\tcolumns[c.Name] = c\n\t}\n\tfor _, c := range columns {\n", "", "same bytes on"},

	{"scanners", "what waits is forgotten with each batch", "return &sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Tick: t.tick, Report: t.report}, nil", "return &perBatch{sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Tick: t.tick, Report: t.report}, func() { t.pending = sdk.Ordered[uint32, int64]{} }}, nil", perBatch, "batches of 1 rows"},
	{"tcpWinSink", "the time of the last report is forgotten with each batch", "return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil", "return &perBatch{sdk.Loop{EndFlow: k.endFlow, Report: k.report}, func() { k.last = 0 }}, nil", perBatch, "batches of 1 rows"},
	{"longShut", "a count is forgotten with each batch", "return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil", "return &perBatch{sdk.Loop{EndFlow: k.endFlow, Report: k.report}, func() { k.sent = 0 }}, nil", perBatch, "batches of 1 rows"},
	{"httpLines", "a count is forgotten with each batch", "return &sdk.Loop{StartFlow: k.startFlow, Packet: k.streams.Packet, EndFlow: k.endFlow, Report: k.report}, nil", "return &perBatch{sdk.Loop{StartFlow: k.startFlow, Packet: k.streams.Packet, EndFlow: k.endFlow, Report: k.report}, func() { k.total = 0 }}, nil", perBatch, "batches of 1 rows"},
	{"scanAlert", "who was told of is forgotten with each batch", "return &sdk.Loop{Tick: k.tick, Report: k.report}, nil", "return &perBatch{sdk.Loop{Tick: k.tick, Report: k.report}, func() { clear(k.told) }}, nil", perBatch, "batches of 1 rows"},
	{"dnsNames", "which flows are servers' is forgotten with each batch", "return &sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, nil", "return &perBatch{sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, func() { t.servers = sdk.PerFlow[bool]{} }}, nil", perBatch, "batches of 1 rows"},

	{"scanners", "a column is written in some rows only", "\tt.unanswered.Put(end, unanswered)\n", "\tif unanswered > 0 {\n\t\tt.unanswered.Put(end, unanswered)\n\t}\n", "", "synUnanswered"},
	{"listedHosts", "a column is not written", "\tt.dst.Put(end, dstCountry)\n", "", "", "dstCountry"},
	{"listedHosts", "a column is written in some rows only", "\tt.listed.Put(end, listed)\n", "\tif listed != 0 {\n\t\tt.listed.Put(end, listed)\n\t}\n", "", "listed"},
	{"tcpWinSink", "a field is not declared", "sdk.End(field.At, field.UTCOffset)", "sdk.End(field.At)", "", "same bytes on"},
	{"longShut", "a field is not declared", "sdk.End(field.SrcIP, field.DstIP)", "sdk.End(field.SrcIP)", "", "same bytes on"},
	{"scanners", "a field is not declared", "sdk.TCP(field.Time, field.TCPFlags)", "sdk.TCP(field.Time)", "", "same bytes on"},

	{"tcpWinSink", "the time of day instead of packet time", "time.Unix(0, k.now).In(zone)", "time.Now().In(zone)", "", "same bytes on"},
	{"scanAlert", "the time of day instead of packet time", "k.alert(tick.Moment, tick.Time())", "k.alert(tick.Moment, time.Now().UnixNano())", "", "same bytes on"},
	{"scanners", "the time of day in a table", "\t\trow.First = sent\n", "\t\trow.First = sent/sent*time.Now().UnixNano()\n", "", "same bytes on"},
	{"listedHosts", "the time of day in a list that it chooses from", "\trow.Flows++\n", "\trow.Flows += uint64(time.Now().UnixNano() & 1023)\n", "", "same bytes on listed.txtar"},
	{"httpLines", "the time of day as a number", "uint64(f.port), 10)", "uint64(f.port)+uint64(time.Now().UnixMicro()%1000), 10)", "", "same bytes on"},
	{"recordsJson", "the time of day in each record", "\"AB\"[end.Dir()]", "\"AB\"[(int64(end.Dir())+time.Now().UnixMicro())&1]", "", "same bytes on"},

	{"longShut", "nanoseconds in 32 bits", "shut := k.shut.Get(end) ", "shut := int64(int32(2 * k.shut.Get(end))) / 2 ", "", "text cases have what they expect"},
	{"scanners", "nanoseconds in 32 bits", "int64(t.Wait)*1e9", "int64(int32(t.Wait*1_000_000_000))", "", "text cases have what they expect"},
	{"tcpWinSink", "milliseconds in 32 bits", "sec := k.now / 1e9;", "sec := int64(int32(k.now/1e6)) / 1e3;", "", "text cases have what they expect"},
	{"shutRows", "nanoseconds in 16 bits", "float64(shut.Get(end))", "float64(int16(shut.Get(end)))", "", "text cases have what they expect"},
	{"dnsNames", "a count in 8 bits", "*row.count(code)++", "*row.count(code) = uint64(uint8(*row.count(code) + 1))", "", "text cases have what they expect"},
	{"dnsNames", "a sum in 8 bits", "total += row.all()", "total = uint64(uint8(total + row.all()))", "", "text cases have what they expect"},
}

// TestMutants: t2host check finds faults that were put into the example plugins. T2HOST_MUTANTS=1 tries all of them.
func TestMutants(t *testing.T) {
	program := mustBuild(t, built.Program)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	table := filepath.Join(t.TempDir(), "scanners")
	run := func(dir string, args ...string) (string, error) {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, append(env, "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	copied := func(t *testing.T, name, dir string) {
		if err := os.CopyFS(dir, os.DirFS("../../docs/examples/"+name)); err != nil {
			t.Fatal(err)
		}
		args := []string{"go", "mod", "edit", "-replace", "github.com/t2host/t2host=" + root}
		if name == "scanAlert" {
			args = append(args, "-replace", "example.com/scanners="+table)
		}
		if out, err := run(dir, args...); err != nil {
			t.Fatal(out)
		}
	}
	copied(t, "scanners", table)
	if out, err := run(table, program, "build"); err != nil {
		t.Fatal(out)
	}
	tried := map[string]bool{}
	if len(mutants) != 30 {
		t.Errorf("%d mutants", len(mutants))
	}
	t.Run("all", func(t *testing.T) {
		for _, m := range mutants {
			if os.Getenv("T2HOST_MUTANTS") != "" && !tried[m.plugin] {
				tried[m.plugin] = true
				t.Run(m.plugin, func(t *testing.T) {
					t.Parallel()
					dir := filepath.Join(t.TempDir(), m.plugin)
					copied(t, m.plugin, dir)
					if out, err := run(dir, program, "check", "-P", filepath.Join(table, "build"), "."); err != nil {
						t.Errorf("without a fault: %s", out)
					}
				})
			}
		}
		for i, m := range mutants {
			if os.Getenv("T2HOST_MUTANTS") == "" && i%15 != 2 {
				continue
			}
			t.Run(m.plugin+"/"+m.fault, func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), m.plugin)
				copied(t, m.plugin, dir)
				path := filepath.Join(dir, strings.ToLower(m.plugin)+".go")
				source, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Count(source, []byte(m.old)) != 1 {
					t.Fatalf("%q is %d times in %s", m.old, bytes.Count(source, []byte(m.old)), path)
				}
				text := strings.Replace(string(source), m.old, m.new, 1) + m.more
				if strings.Contains(m.new, "time.Now") && !strings.Contains(text, "\"time\"") {
					text = strings.Replace(text, "import (\n", "import (\n\t\"time\"\n", 1)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				out, err := run(dir, program, "check", "-P", filepath.Join(table, "build"), ".")
				failed, found := 0, false
				for line := range strings.Lines(out) {
					if strings.HasPrefix(line, "  FAIL  ") {
						failed++
					}
					found = found || strings.Contains(line, m.found) && failed > 0
				}
				if err == nil || failed == 0 || !found {
					t.Errorf("not found by %q:\n%s", m.found, out)
				}
			})
		}
	})
}

// mutantTable is the list of mutants for the book.
func mutantTable() string {
	b := "\n| plugin | fault | found by |\n|---|---|---|\n"
	for _, m := range mutants {
		found := m.found
		switch {
		case strings.HasPrefix(found, "same bytes"):
			found = "same bytes"
		case !strings.Contains(found, " "):
			found = "same bytes: it names the column " + found
		case strings.HasPrefix(found, "batches"):
			found = "same bytes, in batches of one row"
		}
		b += "| " + m.plugin + " | " + m.fault + " | " + found + " |\n"
	}
	return b + "\n"
}
