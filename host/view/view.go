// Package view is the page of a run: traffic, tables, plugins, targets, settings and the log, while it
// goes on and afterwards.
package view

import (
	"crypto/subtle"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/watch"
)

//go:embed page/index.html page/app.js page/style.css page/uplot.js page/uplot.css
var files embed.FS

// page are the files of the page: its own, and uPlot, which `make page` copies from the package that package-lock.json names.
var page = func() fs.FS {
	sub, err := fs.Sub(files, "page")
	if err != nil {
		panic(err)
	}
	return sub
}()

// Config is what is shown, and to whom.
type Config struct {
	Watch    *watch.Watch
	Settings []Setting
	Token    string // who asks must know it; empty: only this machine may ask
}

// Setting is a setting of the run.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
	Doc   string `json:"doc"`
}

// Limits of what is shown at once.
const (
	maxRows  = 1000 // of a table
	maxLines = 10   // of a chart
	maxPages = 16   // that are open at the same time
	every    = 100 * time.Millisecond
)

// policy is the content security policy of the page: nothing comes from elsewhere, and what data says is never a script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type server struct {
	Config
	open atomic.Int32
}

// Handler returns the page of a run.
func Handler(c Config) http.Handler {
	s := &server{Config: c}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /series", s.series)
	return Guard(c.Token, policy, mux)
}

// Guard answers only who may ask: whoever knows the token, or, without one, a page of this machine by its address, so that no name that
// leads here by DNS can.
// policy is the content security policy of the answers.
func Guard(token, policy string, next http.Handler) http.Handler {
	knows := func(given string) bool { return subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 }
	return http.HandlerFunc(func(to http.ResponseWriter, q *http.Request) {
		h := to.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if token == "" {
			host, _, err := net.SplitHostPort(q.Host)
			if err != nil {
				host = q.Host
			}
			if ip := net.ParseIP(strings.Trim(host, "[]")); ip == nil && host != "localhost" {
				http.Error(to, "ask for this page by its address", http.StatusForbidden)
				return
			}
			next.ServeHTTP(to, q)
			return
		}
		const cookie = "t2host"
		if given := q.URL.Query().Get("token"); given != "" && knows(given) {
			http.SetCookie(to, &http.Cookie{Name: cookie, Value: given, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(to, q, "/", http.StatusSeeOther) // the token leaves the address
			return
		}
		given, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
		if c, err := q.Cookie(cookie); err == nil && given == "" {
			given = c.Value
		}
		if !knows(given) {
			http.Error(to, "the token is missing or wrong: open /?token=TOKEN", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(to, q)
	})
}

// events sends what has changed, ten times a second at most, until the run has ended or who asked has gone.
func (s *server) events(to http.ResponseWriter, q *http.Request) {
	if s.open.Add(1) > maxPages {
		s.open.Add(-1)
		http.Error(to, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer s.open.Add(-1)
	to.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(to)
	f := &feed{c: &s.Config}
	tick := time.NewTicker(every)
	defer tick.Stop()
	silent := time.Now()
	for {
		ended := s.Watch.Phase() == watch.Ended
		update := f.next()
		switch {
		case update != nil:
			silent = time.Now()
			if err := send(to, update); err != nil || out.Flush() != nil {
				return
			}
		case time.Since(silent) > 5*time.Second:
			silent = time.Now()
			if _, err := fmt.Fprint(to, ":\n\n"); err != nil || out.Flush() != nil {
				return
			}
		}
		if ended {
			_, _ = fmt.Fprint(to, "event: end\ndata: {}\n\n")
			return
		}
		select {
		case <-tick.C:
		case <-q.Context().Done():
			return
		}
	}
}

func send(to http.ResponseWriter, update *update) error {
	data, err := json.Marshal(update)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "data: %s\n\n", data)
	return err
}

// series answers the chart of a table's column: ?table=0&column=2, without a column that of the number of rows.
func (s *server) series(to http.ResponseWriter, q *http.Request) {
	table, err := strconv.Atoi(q.URL.Query().Get("table"))
	tables := s.Watch.Tables()
	if err != nil || table < 0 || table >= len(tables) {
		http.Error(to, "no such table", http.StatusNotFound)
		return
	}
	column := -1
	if text := q.URL.Query().Get("column"); text != "" {
		if column, err = strconv.Atoi(text); err != nil || column < -1 || column >= len(tables[table].Key)+len(tables[table].Fields) {
			http.Error(to, "no such column", http.StatusNotFound)
			return
		}
	}
	to.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(to).Encode(chartOf(&tables[table], table, column, s.Watch.Points(0)))
}
