// Package host runs plugins over captures: from the captures, the plugins'
// names and their settings it makes what leaves through the outlets, and a
// report.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/settings"
)

// Config is what the user asks for.
type Config struct {
	Files []string // captures, read as one stream; "-" is Stdin
	Stdin io.Reader
	// List and SettingsFile were read already; no output may lead to them.
	List, SettingsFile string

	Prefix string // of the output files, as OutputPrefix gives it
	// RecordsToStdout: flow records go to Stdout, the report to Stderr.
	RecordsToStdout bool
	Split           string // of files of records, see sdk.RecordSettings; empty: as their plugins are set
	SplitStart      uint32
	Plugins         []string           // NAME or NAME:RUNTIME; or the path of an artefact instead of a name
	Catalogue       []*plugin.Artefact // what there is to load
	Settings        *settings.Values
	Runtime         plugin.Runtime    // of plugins that do not name theirs; empty: the sandbox where there is a module, else a process
	Trust           []string          // plugins whose modules may run in the host's own process
	Pins            map[string]string // SHA-256 in hex of what must run, by plugin.Key of the name
	Record          map[string]string // files that keep what crosses plugins' borders, by plugin.Key of the name
	RecordPayload   bool              // they keep payload too
	CacheDir        string            // for compiled modules; empty: none
	PluginStart     time.Duration     // how long a plugin in a process may take until it is open; 0: a minute
	OwnModule       firstparty.Config // of the first-party plugins, where the program was built without it
	Zone            *time.Location    // of the host; nil: UTC

	Quiet   bool // the report goes to PREFIX_log.txt instead of Stdout
	LogFile bool // the report goes there too
	Long    bool // the report on Stdout is T2's long form, as it always is in PREFIX_log.txt
	Stdout  io.Writer
	Stderr  io.Writer // warnings; and the report where Stdout is an outlet's

	Stop <-chan struct{} // closed: the input ends here, flows end, reports go out
}

// UsageError is a run that was refused before anything was opened: a name, a
// setting or a requirement is wrong.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// Run runs the plugins over the captures. It gives the report's figures also
// with an error, if the run got as far as reading.
func Run(ctx context.Context, c Config) (*report.Report, error) {
	notices := newNotices(&c)
	starting, begun := whileStarting(c.Stop)
	defer begun()
	p, err := planRun(&c, notices, starting)
	if err != nil {
		return nil, err
	}
	defer p.carrier.Close()
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	configs := outletConfigs(&c, p)
	unlock, err := claimFiles(&c, p, configs)
	if err != nil {
		return nil, err
	}
	defer unlock()
	src, err := openCapture(ctx, &c)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	out, err := openOutlets(ctx, &c, p, configs, src.Live(), notices)
	if err != nil {
		return nil, err
	}
	r := newReport(&c, p)
	out.begin(r)
	stages, err := openStages(&c, p, out, r.Date)
	if err != nil {
		out.abort()
		return nil, err
	}
	begun()
	stop := context.AfterFunc(ctx, src.Stop)
	defer stop()
	if c.Stop != nil {
		done := make(chan struct{})
		defer close(done)
		go func() {
			select {
			case <-c.Stop:
				src.Stop()
			case <-done:
			}
		}()
	}

	runErr := run(src, p, c.Zone, stages, r)

	describe(src, r)
	damage := damageOf(src, r, out)
	if runErr != nil {
		out.abort()
		out.fill(r)
		return r, runErr
	}
	closeErr := out.close()
	out.fill(r)
	for i, s := range stages {
		r.Plugins[i].Lines, r.Plugins[i].Summary = s.Report.All(), s.Report.Summary
		r.Plugins[i].Cost, r.Plugins[i].Bytes = s.Cost, s.Bytes
	}
	return r, errors.Join(closeErr, out.end(r), damage)
}

// whileStarting gives a channel that is closed with stop, but no more after begun:
// then the end of the input is what ends the run, and plugins go on.
func whileStarting(stop <-chan struct{}) (starting <-chan struct{}, begun func()) {
	done, closed, gone := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-stop:
			close(closed)
		case <-done:
		}
	}()
	return closed, sync.OnceFunc(func() { close(done); <-gone })
}

// openCapture opens the input. Opening waits for the first bytes of a stream,
// and the user may end that.
func openCapture(ctx context.Context, c *Config) (*capture.Source, error) {
	type opened struct {
		src *capture.Source
		err error
	}
	done := make(chan opened, 1)
	go func() {
		src, err := capture.Open(c.Files, c.Stdin)
		done <- opened{src, err}
	}()
	select {
	case o := <-done:
		return o.src, o.err
	case <-c.Stop:
	case <-ctx.Done():
	}
	return nil, errors.New("interrupted before the first byte of the input")
}

// describe says what was read.
func describe(src *capture.Source, r *report.Report) {
	r.Done, r.Size = src.Done()
	for _, file := range src.Info() {
		r.Snaplen = max(r.Snaplen, file.Snaplen)
		for _, link := range file.Links {
			if text := link.String(); !slices.Contains(r.Links, text) {
				r.Links = append(r.Links, text)
			}
		}
	}
}

// damageOf notes the damage of the captures; only corruption is an error.
func damageOf(src *capture.Source, r *report.Report, out *outlets) error {
	var err error
	for _, d := range src.Damage() {
		r.Damage = append(r.Damage, d.String())
		if d.Corrupt {
			err = fmt.Errorf("capture %s", d)
			continue
		}
		out.warn("capture " + d.String())
	}
	for _, u := range r.Counts.UnknownLinks {
		if u.Packets > 0 {
			out.warn(fmt.Sprintf("link type %s is not read: %d packets skipped", u.Link, u.Packets))
		}
	}
	return err
}

func newReport(c *Config, p *plan) *report.Report {
	r := &report.Report{PID: os.Getpid(), Date: time.Now().In(c.Zone), Files: slices.Clone(c.Files), MaxFlows: int(p.MaxFlows)}
	for _, l := range p.plugins {
		r.Plugins = append(r.Plugins, report.Plugin{
			Name: l.Name, Version: l.Version, Runtime: string(l.Runtime), RequiredBy: l.RequiredBy,
		})
	}
	return r
}
