package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// write makes files in a folder of the test's.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, " ", "\t")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const want = "%dir flowInd srcIP pkts\nA 1 10.0.0.1 5\nB 1 10.0.0.2 4\nA 2 10.0.0.3 \nA 3 - 1\n"

func TestTwoFiles(t *testing.T) {
	for _, c := range []struct {
		name, got string
		flags     string
		exit      int
		shows     []string
		not       string
	}{
		{"the same", want, "", 0, []string{"all      16     16     100.0000"}, "only"},
		{
			"other order, one column more", "%pkts extra srcIP flowInd dir\n5 x 10.0.0.1 1 A\n4 x 10.0.0.2 1 B\n x 10.0.0.3 2 A\n1 x - 3 A\n", "", 0,
			[]string{"all      16     16     100.0000", "only in what was got: extra\n"},
			"wanted",
		},
		{
			"one cell", strings.Replace(want, "B 1 10.0.0.2 4", "B 1 10.0.0.2 7", 1), "", 1,
			[]string{"pkts     4      3      75.0000", "srcIP    4      4      100.0000", "pkts: line 3, flowInd 1B: want \"4\", got \"7\"\n", "pkts: 75.0000 percent agree, less than 99.9\n"},
			"only",
		},
		{
			"enough", strings.Replace(want, "B 1 10.0.0.2 4", "B 1 10.0.0.2 7", 1), "-least=75 -examples=0", 0,
			[]string{"pkts     4      3      75.0000"},
			"want",
		},
		{
			"a column less", "%dir flowInd srcIP\nA 1 10.0.0.1\nB 1 10.0.0.2\nA 2 10.0.0.3\nA 3 -\n", "-least=0", 1,
			[]string{"pkts     4      0      0.0000", "only in what is wanted: pkts\n", "pkts: not in all of what was got\n"},
			"line",
		},
		{
			"a line less", strings.TrimSuffix(want, "A 3 - 1\n"), "-examples=1", 1,
			[]string{"4 lines wanted, 3 got\n", "dir: line 5, flowInd 3A: want \"A\", got no line\n", "all      16     12     75.0000"},
			"only",
		},
		{
			"a line more", want + "B 3 - 0\n", "", 1,
			[]string{"4 lines wanted, 5 got\n", "flowInd: line 6, flowInd 3B: want no line, got \"3\"\n", "all      20     16     80.0000"},
			"only",
		},
		{
			"lines exchanged", strings.Replace(want, "B 1 10.0.0.2 4\nA 2 10.0.0.3 \n", "A 2 10.0.0.3 \nB 1 10.0.0.2 4\n", 1), "", 1,
			[]string{"srcIP: line 3, flowInd 1B: want \"10.0.0.2\", got \"10.0.0.3\"\n", "pkts: line 4, flowInd 2A: want \"\", got \"4\"\n"},
			"only",
		},
	} {
		dir := write(t, map[string]string{"want": want, "got": c.got})
		var out, errs bytes.Buffer
		exit := run(append(strings.Fields(c.flags), filepath.Join(dir, "want"), filepath.Join(dir, "got")), &out, &errs)
		if exit != c.exit || errs.Len() > 0 || strings.Contains(out.String(), c.not) && c.not != "" {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.name, exit, c.exit, &out, &errs)
		}
		for _, s := range c.shows {
			if !strings.Contains(out.String(), s) {
				t.Errorf("%s: does not show %q:\n%s", c.name, s, &out)
			}
		}
	}
}

func TestFolders(t *testing.T) {
	dir := write(t, map[string]string{
		"want/a.pcap.flows.txt": want, "want/b.pcap.flows.txt": want, "want/a.pcap.tcpwin.txt": "", "got/c.pcap_flows.txt": want,
		"got/a.pcap_flows.txt": want, "got/b.pcap_flows.txt": strings.Replace(want, "10.0.0.1", "10.0.0.9", 1),
	})
	var out, errs bytes.Buffer
	if exit := run([]string{"-dir", filepath.Join(dir, "want"), filepath.Join(dir, "got")}, &out, &errs); exit != 1 || errs.Len() > 0 {
		t.Errorf("exit code %d\n%s", exit, &errs)
	}
	for _, s := range []string{
		"column   cells  agree  percent\n", "srcIP    8      7      87.5000\n", "dir      8      8      100.0000\n",
		"capture  lines  got  percent   cells that differ\nb.pcap   4      4    93.7500   srcIP (1)\na.pcap   4      4    100.0000  \n",
		"srcIP: b.pcap line 2, flowInd 1A: want \"10.0.0.1\", got \"10.0.0.9\"\n",
	} {
		if !strings.Contains(out.String(), s) {
			t.Errorf("does not show %q:\n%s", s, &out)
		}
	}
}

func TestCompressed(t *testing.T) {
	dir := write(t, map[string]string{"a.flows.txt": want, "want": want})
	if err := exec.Command("xz", filepath.Join(dir, "a.flows.txt")).Run(); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var out, errs bytes.Buffer
	if exit := run([]string{filepath.Join(dir, "a.flows.txt.xz"), filepath.Join(dir, "want")}, &out, &errs); exit != 0 {
		t.Errorf("exit code %d\n%s%s", exit, &out, &errs)
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	dir := write(t, map[string]string{
		"want": want, "empty": "", "short": "%dir flowInd\nA\n", "twice": "%dir dir\n", "bad.xz": "x",
		"w/a.flows.txt": want, "g/b_flows.txt": want, "two/a.flows.txt": want, "two/a_flows.txt": want, "none/x.txt": "",
	})
	for _, c := range []struct{ args, shows string }{
		{"want", "usage: "},
		{"want missing", "read DIR/missing: "},
		{"want empty", "DIR/empty: no flow file: the first line does not begin with %"},
		{"want short", "DIR/short: line 2 has 1 columns, the first line 2"},
		{"twice want", "DIR/twice: column dir is there twice"},
		{"want bad.xz", "read DIR/bad.xz: "},
		{"-dir w g", "DIR/w/a.flows.txt has no counterpart in DIR/g: "},
		{"-dir w two", "are of one capture"},
		{"-dir w none", "DIR/none holds no flow file: "},
	} {
		var args []string
		for _, a := range strings.Fields(c.args) {
			if a[0] != '-' {
				a = filepath.Join(dir, a)
			}
			args = append(args, a)
		}
		var out, errs bytes.Buffer
		exit := run(args, &out, &errs)
		if exit != 2 || !strings.Contains(errs.String(), strings.ReplaceAll(c.shows, "DIR", dir)) {
			t.Errorf("%s: exit code %d, %s, want %s", c.args, exit, &errs, c.shows)
		}
	}
}

func TestNearlyAllIsNotAll(t *testing.T) {
	for _, c := range []struct {
		count
		want string
	}{
		{count{1e8, 1e8}, "100.0000"}, {count{1e8, 1e8 - 1}, "<100"}, {count{1e6, 1e6 - 1}, "99.9999"}, {count{}, "100.0000"},
	} {
		if got := c.exactly(); got != c.want {
			t.Errorf("%d of %d: got %s, want %s", c.agree, c.cells, got, c.want)
		}
	}
}
