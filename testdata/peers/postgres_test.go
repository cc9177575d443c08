package peers

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL server of the test's own.
type cluster struct {
	t       *testing.T
	bin     string
	dir     string
	port    string
	cmd     *exec.Cmd
	account *syscall.SysProcAttr
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	c := &cluster{t: t, bin: filepath.Dir(program(t, "postgres", versions...))}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c.dir = filepath.Join(dir, "data")
	if os.Getuid() == 0 { // it does not run as root
		u, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		c.account = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, Pdeathsig: syscall.SIGKILL}
	}
	init := exec.Command(filepath.Join(c.bin, "initdb"), "-D", c.dir, "-U", "t2", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	init.SysProcAttr, init.Dir = c.account, dir
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	_, c.port, _ = strings.Cut(free(t), ":")
	c.start()
	t.Cleanup(c.kill)
	return c
}

func (c *cluster) addr() string { return "127.0.0.1:" + c.port }

func (c *cluster) start() {
	c.cmd = exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.dir, "-k", "", "-h", "127.0.0.1", "-p", c.port)
	c.cmd.SysProcAttr, c.cmd.Dir = c.account, c.dir
	if err := c.cmd.Start(); err != nil {
		c.t.Error(err)
		return
	}
	for range 200 {
		conn, err := pgx.Connect(context.Background(), c.url())
		if err == nil {
			_ = conn.Close(context.Background())
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Error("postgres does not answer")
}

func (c *cluster) url() string { return "postgres://t2@" + c.addr() + "/postgres" }

// kill kills the server and its children, as a crash does.
func (c *cluster) kill() {
	if c.cmd.Process == nil {
		return
	}
	_ = c.cmd.Process.Signal(syscall.SIGQUIT) // immediate shutdown: what was not written is recovered from its log
	_ = c.cmd.Wait()
}

// query returns the rows of a query, each as its values with spaces between them.
func (c *cluster) query(sql string) []string {
	c.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url())
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		c.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

func TestPostgresFaults(t *testing.T) {
	c := newCluster(t)
	n := 0
	faults(t, func(t *testing.T) *peer {
		c.t = t
		n++
		table := "flows" + strconv.Itoa(n)
		return &peer{
			addr: c.addr(), upTo: 20_000,
			target: func(addr string) string { return "postgres://t2@" + addr + "/postgres?sslmode=disable&table=" + table },
			rows:   func() []string { return c.query(`SELECT "flowInd" || ' ' || dir FROM ` + table) },
			restart: func(down time.Duration) {
				c.kill()
				time.Sleep(down)
				c.start()
			},
		}
	})
}

// TestPostgresValues compares each cell with the text file's.
func TestPostgresValues(t *testing.T) {
	c := newCluster(t)
	for _, capture := range captures {
		c.query("SELECT 'x' WHERE false")
		r, _ := run(t, capture, "-p", "basicflow,basicstats,tcpwin", "--to", c.url()+"?table=v", "--to", "tcpwin.lowWindows="+c.url())
		r.ok(t)
		// As T2 shows them.
		got := c.query(`SELECT concat_ws(E'\t', dir, "flowInd", '0x' || lpad(to_hex("flowStat"::bigint), 16, '0'),
			extract(epoch FROM "timeFirst")::numeric(20,6), duration, array_to_string("numHdrs", ';'), array_to_string("hdrDesc", ';'), array_to_string("srcMac", ';'),
			coalesce(host("srcIP"), '-'), "srcPort", "l4Proto", "pktsSnt", "l7BytesSnt", "tcpWinThCnt") FROM v`)
		list := records(t, capture, "basicflow,basicstats,tcpwin")
		var want []string
		for i := range list[1:] {
			var cells []string
			for _, name := range []string{"dir", "flowInd", "flowStat", "timeFirst", "duration", "numHdrs", "hdrDesc", "srcMac", "srcIP", "srcPort", "l4Proto", "pktsSnt", "l7BytesSnt", "tcpWinThCnt"} {
				cell := column(t, list, name)[i]
				if name == "timeFirst" {
					cell = cell[:len(cell)-3]
				}
				cells = append(cells, cell)
			}
			want = append(want, strings.Join(cells, "\t"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", capture, diff)
		}
		r, _ = run(t, capture, "-p", "basicflow", "--to", c.url()+"?table=v")
		if r.code != 2 || !strings.Contains(r.stderr, "table v has other columns") {
			t.Errorf("other columns: exit code %d, %s", r.code, r.stderr)
		}
		c.query("SELECT 'x' FROM (SELECT 1) AS x WHERE false")
		drop(c, "v", "tcpwin_lowWindows", "t2host_batches")
	}
}

func drop(c *cluster, tables ...string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url())
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, table := range tables {
		if _, err := conn.Exec(ctx, "DROP TABLE IF EXISTS "+pgx.Identifier{table}.Sanitize()); err != nil {
			c.t.Fatal(err)
		}
	}
}

// TestResend: what a run could not deliver is delivered later, each batch once.
func TestResend(t *testing.T) {
	c := newCluster(t)
	want := keys(t)
	p := newProxy(t, c.addr(), 0, 0, 1)
	p.slow(3 * time.Millisecond)
	dir := t.TempDir()
	target := "postgres://t2@" + p.addr() + "/postgres?sslmode=disable&rows=5&timeout=500ms&stall=700ms"
	go func() {
		time.Sleep(400 * time.Millisecond)
		_ = p.listener.Close()
		p.cutAll()
	}()
	r := start(t, dir, captures[0], "--to", target)
	if r.code != 1 || !strings.Contains(r.stderr, "written to out_undelivered.bin") {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	for range 2 { // of a copy of the file, the second time nothing arrives that is there
		data, err := os.ReadFile(filepath.Join(dir, "out_undelivered.bin"))
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(dir, "copy.bin")
		if err := os.WriteFile(copied, data, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(t2host, "resend", copied, "--to", c.url())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if _, err := os.Stat(copied); err == nil {
			t.Error("the file is still there")
		}
		(&peer{rows: func() []string { return c.query(`SELECT "flowInd" || ' ' || dir FROM flows`) }}).same(t, want)
	}
}

// TestPostgresTableDropped: the table goes away during a run. It is made again, and what was in it is gone with it; no
// row comes twice.
func TestPostgresTableDropped(t *testing.T) {
	c := newCluster(t)
	want := keys(t)
	p := newProxy(t, c.addr(), 0, 0, 1)
	p.slow(2 * time.Millisecond)
	go func() {
		time.Sleep(250 * time.Millisecond)
		drop(c, "flows")
	}()
	r, _ := run(t, captures[0], "--to", "postgres://t2@"+p.addr()+"/postgres?sslmode=disable&"+batches)
	got := c.query(`SELECT "flowInd" || ' ' || dir FROM flows`)
	seen := map[string]bool{}
	for _, k := range got {
		if seen[k] {
			t.Errorf("%s is there twice", k)
		}
		seen[k] = true
	}
	if r.code != 0 || len(got) == 0 || len(got) > len(want) {
		t.Errorf("exit code %d, %d rows of %d\n%s", r.code, len(got), len(want), r.stderr)
	}
}

// TestSpool: the server is away for a whole run, and comes back in the next: all rows of both arrive, each once.
func TestSpool(t *testing.T) {
	c := newCluster(t)
	want := keys(t)
	dir := t.TempDir()
	word := "postgres://t2@" + c.addr() + "/postgres?sslmode=disable&rows=5&bytes=3K&queue=70K&timeout=500ms&stall=300ms&spool=10M&spool_dir=" + dir
	c.kill()
	r, _ := run(t, captures[0], "--to", word)
	if r.code != 1 || !strings.Contains(r.stderr, "batches wait in "+dir) {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	c.start()
	r, _ = run(t, captures[0], "--to", word)
	if r.code != 0 || !strings.Contains(r.stderr, "batches of earlier runs wait in") {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	both := append(append([]string(nil), want...), want...)
	slices.Sort(both)
	(&peer{rows: func() []string { return c.query(`SELECT "flowInd" || ' ' || dir FROM flows`) }}).same(t, both)
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*.batch")); len(left) > 0 {
		t.Errorf("%d batches are left", len(left))
	}
	if runs := c.query("SELECT DISTINCT run FROM t2host_batches"); len(runs) != 2 {
		t.Errorf("batches of the runs %v", runs)
	}
}
