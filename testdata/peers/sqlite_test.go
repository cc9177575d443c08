package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shell runs a query in SQLite's own shell.
func shell(t *testing.T, file, sql string) []string {
	t.Helper()
	out, err := exec.Command(program(t, "sqlite3"), "-separator", "\t", file, sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.Fields(strings.ReplaceAll(string(out), "\t", " "))
}

func TestSQLite(t *testing.T) {
	program(t, "sqlite3")
	for _, capture := range captures {
		r, dir := run(t, capture, "-p", "basicflow,basicstats,tcpwin", "--to", "f.sqlite?rows=7", "--to", "tcpwin.lowWindows=f.sqlite?every=5s")
		r.ok(t)
		file := filepath.Join(dir, "f.sqlite")
		list := records(t, capture, "basicflow,basicstats")
		var want []string
		for i := range list[1:] {
			want = append(want, column(t, list, "flowInd")[i], column(t, list, "dir")[i], column(t, list, "pktsSnt")[i], column(t, list, "flowStat")[i])
		}
		if diff := cmp.Diff(want, shell(t, file, `SELECT "flowInd", dir, "pktsSnt", "flowStat" FROM flows ORDER BY rowid`)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", capture, diff)
		}
		if got := shell(t, file, "PRAGMA integrity_check"); len(got) != 1 || got[0] != "ok" {
			t.Errorf("%s: %v", capture, got)
		}
		r = start(t, dir, capture, "-p", "basicflow", "--to", "f.sqlite")
		if r.code != 2 || !strings.Contains(r.stderr, "table flows of f.sqlite has other columns") {
			t.Errorf("other columns: exit code %d, %s", r.code, r.stderr)
		}
		r = start(t, dir, capture, "-p", "basicflow,basicstats,tcpwin", "--to", "f.sqlite", "--to", "f.sqlite")
		if r.code != 2 || !strings.Contains(r.stderr, "both go to the table flows") {
			t.Errorf("twice: exit code %d, %s", r.code, r.stderr)
		}
	}
}

// TestSQLiteLocked: another program holds the file for a while.
func TestSQLiteLocked(t *testing.T) {
	sqlite := program(t, "sqlite3")
	dir := t.TempDir()
	file := filepath.Join(dir, "f.db")
	hold := exec.Command(sqlite, file)
	in, err := hold.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Write([]byte("CREATE TABLE x (y); BEGIN EXCLUSIVE; INSERT INTO x VALUES (1);\n"))
	go func() {
		time.Sleep(700 * time.Millisecond)
		_, _ = in.Write([]byte("COMMIT;\n"))
		_ = in.Close()
	}()
	time.Sleep(100 * time.Millisecond)
	r := start(t, dir, captures[0], "--to", "f.db?rows=5")
	_ = hold.Wait()
	r.ok(t)
	if got := shell(t, file, "SELECT count(*) FROM flows"); got[0] != "108" {
		t.Errorf("%v rows", got)
	}
}

// TestFullDisk: the disk has no room for the rows. They are undelivered, and the run says so.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		skip(t, "root, to mount a small disk")
	}
	for _, name := range []string{"f.sqlite?rows=5&stall=1s", "f.parquet?rows=5", "f.jsonl"} {
		dir := t.TempDir()
		disk := filepath.Join(dir, "disk")
		if err := os.Mkdir(disk, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", disk).CombinedOutput(); err != nil {
			skip(t, "mount: "+string(out))
		}
		t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
		r := start(t, dir, captures[0], "--to", "disk/"+name)
		if r.code != 1 || !strings.Contains(r.stderr, "disk") {
			t.Errorf("%s: exit code %d\n%s", name, r.code, r.stderr)
		}
		t.Log(r.stderr)
	}
}

// sqliteText returns what SQLite's own shell prints.
func sqliteText(t *testing.T, file, sql string) string {
	t.Helper()
	out, err := exec.Command(program(t, "sqlite3"), file, sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return string(out)
}
