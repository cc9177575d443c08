package view

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk/value"
)

const evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"

// hostRow returns the row of a host: a text as key, a duration, when it began, a count.
func hostRow(key string, long, when int64, n byte) watch.Row {
	le := func(b []byte, x int64) []byte {
		for i := range 8 {
			b = append(b, byte(x>>(8*i)))
		}
		return b
	}
	k := append([]byte{byte(len(key)), 0, 0, 0}, key...)
	return watch.Row{Key: string(k), Fields: append(le(le(nil, long), when), n)}
}

// example returns a run with a table that changes.
func example() *watch.Watch {
	rows := []watch.Row{}
	table := func() []watch.Table {
		return []watch.Table{{
			Name: "p.hosts", Key: []value.Column{{Name: "host", Type: value.Text}},
			Fields: []value.Column{{Name: "long", Type: value.Duration, Merge: "max"}, {Name: "when", Type: value.Time, Merge: "with long"}, {Name: "n", Type: value.Uint8}},
			Rows:   rows, Changes: uint64(len(rows)),
		}}
	}
	w := &watch.Watch{}
	w.KeepHistory()
	r := &report.Report{Files: []string{evil}, Plugins: []report.Plugin{{Name: "p"}}}
	w.Begin(r, func(*report.Report) []watch.Stage { return []watch.Stage{{Name: "p"}} }, func() []report.Outlet { return nil }, table)
	for i, row := range []watch.Row{hostRow("a", 5e9, 100e9, 3), hostRow(evil, 2e9, 101e9, 9)} {
		rows = append(rows, row)
		r.Now = int64(110+i) * 1e9
		r.Counts.Packets = uint64(i + 1)
		w.Add(r)
	}
	return w
}

func ask(h http.Handler, url string, change func(*http.Request)) *http.Response {
	q := httptest.NewRequest("GET", url, nil)
	if change != nil {
		change(q)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, q)
	return rec.Result()
}

// TestWhoMayAsk: without a token only who names this machine by its address, with one only who knows it.
func TestWhoMayAsk(t *testing.T) {
	open := Handler(Config{Watch: example()})
	closed := Handler(Config{Watch: example(), Token: "0123456789abcdef"})
	for _, c := range []struct {
		h    http.Handler
		url  string
		with func(*http.Request)
		want int
	}{
		{open, "http://127.0.0.1:8080/", nil, 200},
		{open, "http://localhost:8080/app.js", nil, 200},
		{open, "http://[::1]:8080/series?table=0", nil, 200},
		{open, "http://attacker.example:8080/", nil, 403},
		{open, "http://127.0.0.1:8080/series?table=1", nil, 404},
		{open, "http://127.0.0.1:8080/series?table=0&column=99", nil, 404},
		{open, "http://127.0.0.1:8080/../view.go", nil, 307},
		{open, "http://127.0.0.1:8080/package.json", nil, 404},
		{closed, "http://192.0.2.1:8080/", nil, 401},
		{closed, "http://192.0.2.1:8080/events", nil, 401},
		{closed, "http://192.0.2.1:8080/?token=0123456789abcdeX", nil, 401},
		{closed, "http://sensor.example:8080/?token=0123456789abcdef", nil, 303},
		{closed, "http://192.0.2.1:8080/app.js", func(q *http.Request) { q.Header.Set("Authorization", "Bearer 0123456789abcdef") }, 200},
		{closed, "http://192.0.2.1:8080/app.js", func(q *http.Request) { q.AddCookie(&http.Cookie{Name: "t2host", Value: "0123456789abcdef"}) }, 200},
	} {
		res := ask(c.h, c.url, c.with)
		if res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.url, res.StatusCode, c.want)
		}
		if got := res.Header.Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: policy %q", c.url, got)
		}
	}
	res := ask(closed, "http://192.0.2.1/?token=0123456789abcdef", nil)
	if c := res.Cookies(); len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("cookies: %v", c)
	}
}

// TestEvents: a page gets all that there is, then what changes, and at last that the run has ended.
func TestEvents(t *testing.T) {
	w := example()
	w.Log(w.State().At, "WARN", evil)
	server := httptest.NewServer(Handler(Config{Watch: w, Settings: []Setting{{Name: "p.to", Value: "postgres://me:secret@192.0.2.1/db"}}}))
	defer server.Close()
	res, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	next := func() (u update) {
		t.Helper()
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				if err := json.Unmarshal([]byte(data), &u); err != nil {
					t.Fatal(err)
				}
				return u
			}
		}
	}
	u := next()
	if u.Run == nil || len(u.Points) != 2 || len(u.Tables) != 1 || len(u.Tables[0].Rows) != 2 || u.Tables[0].Rows[1][0] != evil || len(u.Log) != 1 {
		t.Errorf("at first: %+v", u)
	}
	if got := u.Run.Settings[0].Value; got != "postgres://me:***@192.0.2.1/db" {
		t.Errorf("the page shows %s", got)
	}
	w.Publish(func(r *report.Report) { r.Counts.Packets = 77 })
	if u = next(); u.Run != nil || u.State.Packets != 77 || u.Tables != nil || u.Points != nil {
		t.Errorf("after packets: %+v", u)
	}
	w.End(nil)
	for u = next(); u.State != nil && u.State.Phase != "ended"; u = next() {
	}
}

// TestChart: lines of the rows with the largest values, null where a row was not there; spans of the times that rows name.
func TestChart(t *testing.T) {
	w := example()
	tables := w.Tables()
	c := chartOf(&tables[0], 0, 3, w.Points(0))
	if len(c.Times) != 2 || len(c.Names) != 2 || c.Names[0] != evil || c.Names[1] != "a" {
		t.Fatalf("chart: %+v", c)
	}
	if c.Lines[0][0] != nil || *c.Lines[0][1] != 9 || *c.Lines[1][0] != 3 || *c.Lines[1][1] != 3 {
		t.Errorf("lines: %v", c.Lines)
	}
	if len(c.Spans) != 2 || c.Spans[0] != (span{"a", "when", 100, 105}) || c.Spans[1] != (span{evil, "when", 101, 103}) {
		t.Errorf("spans: %+v", c.Spans)
	}
	rows := chartOf(&tables[0], 0, 0, w.Points(0)) // a text is no number
	if rows.Column != -1 || *rows.Lines[0][0] != 1 || *rows.Lines[0][1] != 2 {
		t.Errorf("number of rows: %+v", rows)
	}
}

// TestSave: the file has one place for data, which no value ends, and its policy allows just its own scripts.
func TestSave(t *testing.T) {
	w := example()
	w.End(nil)
	data, err := Save(Config{Watch: w})
	if err != nil {
		t.Fatal(err)
	}
	html := string(data)
	if n := strings.Count(html, "<script"); n != 3 {
		t.Errorf("%d scripts, want data, uPlot and the page's own", n)
	}
	if strings.Contains(html, "src=") && regexp.MustCompile(`(src|href)="?[^d">]`).MatchString(html[:strings.Index(html, `id="saved"`)]) {
		t.Error("the file asks for others")
	}
	if n := strings.Count(html, "'sha256-"); n != 2 {
		t.Errorf("the policy names %d scripts", n)
	}
	m := regexp.MustCompile(`(?s)id="saved">(.*?)</script>`).FindStringSubmatch(html)
	var d document
	if err := json.Unmarshal([]byte(m[1]), &d); err != nil {
		t.Fatal(err)
	}
	if d.Update.Tables[0].Rows[1][0] != evil || len(d.Charts) != 3 {
		t.Errorf("data: %+v", d)
	}
}
