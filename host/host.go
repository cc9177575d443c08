// Package host runs plugins over captures: from the captures, the plugins'
// names and their settings it makes what leaves through the outlets, and a
// report.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/filter"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk/guard"
)

// Config is what the user asks for.
type Config struct {
	Files  []string // captures, read as one stream; "-" is Stdin
	Stdin  io.Reader
	Follow bool            // the file of Files is still being written, as tail -f reads it
	Series *capture.Series // of which the files are read as they appear; Files has the first one
	// Interface opens the interface that is captured instead; note tells the user what happens to it.
	Interface func(note func(string)) (capture.Live, error)
	// List and SettingsFile were read already; no output may lead to them.
	List, SettingsFile string

	Plugins   []plugin.Request
	Catalogue []*plugin.Artefact // the plugins that can be loaded
	Settings  *settings.Values
	Runtime   plugin.Runtime // of plugins whose request names none; empty: the best one that each has
	// Carrier returns what runs plugins in their runtimes; nil: plugin.CompiledIn.
	Carrier       func(plugin.CarrierConfig) plugin.Carrier
	Consent       plugin.Consent
	Record        map[string]string // files that keep what crosses plugins' borders, by plugin.Key of the name
	RecordPayload bool              // they keep payload too

	// Filter tells which frames are read; nil: all.
	Filter *filter.Filter
	// Keep is where the frames that are read are kept, as pcapng: FILE[:SIZE][,N], N numbered files of a size; empty: nowhere.
	Keep string

	Prefix          string   // of the output files, see OutputPrefix
	RecordsToStdout bool     // flow records go to Stdout, the report to Stderr
	To              []string // where rows go: words of --to, see the book
	Packets         bool     // a line of each packet goes to PREFIX_packets.txt
	Drivers         []*drive.Kind
	// ReadTo reads the words of To that are in the settings anew, when the user asks for it; nil: they cannot be read again.
	ReadTo     func() ([]string, error)
	Split      string // of files of records, see sdk.RecordSettings; empty: as their plugins are set
	SplitStart uint32
	Zone       *time.Location // of the host; nil: UTC

	Quiet   bool // the report goes to PREFIX_log.txt instead of Stdout
	LogFile bool // the report goes there too
	Long    bool // the report on Stdout is T2's long form, as it always is in PREFIX_log.txt
	Stdout  io.Writer
	Width   func() int   // of the terminal that Stdout is, in characters; nil or 0: it is none
	Stderr  io.Writer    // warnings; and the report where Stdout is an outlet's
	Log     slog.Handler // gets warnings instead of Stderr; Quiet is no matter of it. nil: Stderr

	Discard bool // no output is opened: what is sent to it goes nowhere. Tests that run plugins often want it

	Page  string       // the file to which the page of the run is written after it; empty: none
	Watch *watch.Watch // who looks at the run while it goes on; nil: nobody

	MonitorFile bool            // lines and reports of the run so far go to PREFIX_monitoring.txt
	Requests    <-chan Request  // what the user asks meanwhile
	Stop        <-chan struct{} // closed: the input ends here, flows end, reports go out
}

// UsageError reports that a run was refused before anything was opened: a name, a setting or
// a requirement is wrong.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// Run runs the plugins over the captures. It returns the report's figures also with an error,
// if the run got as far as reading.
func Run(ctx context.Context, c Config) (*report.Report, error) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	notices := newNotices(&c)
	starting, begun := whileStarting(c.Stop)
	defer begun()
	p, err := planRun(&c, notices, starting)
	if err != nil {
		return nil, err
	}
	defer p.Carrier.Close()
	defer p.Undelivered.Close()
	unlock := func() {}
	if !c.Discard {
		unlock, err = p.Files.Lock(c.Prefix)
	}
	if err != nil {
		return nil, &UsageError{err}
	}
	defer unlock()
	src, err := openInput(ctx, &c, notices)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	out, err := openOutlets(ctx, &c, p, src.Live(), notices)
	if err != nil {
		return nil, err
	}
	keeper, err := keepFrames(ctx, p.Kept, src, notices.warn)
	if err != nil {
		out.discard()
		return nil, err
	}
	r := newReport(&c, p)
	out.begin(r)
	shown := newShown(&c, p, out)
	stages, err := openStages(&c, p, out, isInterface(src), r.Date, shown.mirrorStage())
	if err != nil {
		out.discard()
		keeper.discard()
		if errors.As(err, new(*guard.Refused)) {
			return nil, &UsageError{err}
		}
		return nil, err
	}
	begun()
	defer stopWith(ctx, c.Stop, src)()

	shown.begin(src, stages)
	m := newMonitor(p, func() *report.Report { return soFar(&c, p) }, out.tell)
	m.watch = c.Watch
	again := &reload{Config: &c, plan: p, out: out, live: src.Live(), words: slices.Clone(c.Settings.To)}
	answered := onRequests(ctx, c.Requests, m, again, keeper)
	runErr := run(input{src, c.Filter, keeper}, p, c.Zone, stages, m, r)
	answered()
	keepErr := errors.Join(m.close(), keeper.close(r))

	damage := describe(src, r, out)
	if runErr != nil {
		out.abort()
		out.fill(r)
		shown.end(r)
		return r, runErr
	}
	out.fail(stages)
	closeErr := out.close()
	out.fill(r)
	var failures []error
	for i, s := range stages[:len(r.Plugins)] { // those after them are of the streams
		r.Plugins[i].Lines, r.Plugins[i].Summary = s.Report.All(), s.Report.Summary
		r.Plugins[i].Cost, r.Plugins[i].Bytes, r.Plugins[i].Memory = s.Load.Cost(), s.Load.Bytes(), s.Memory
		r.Plugins[i].Ends, r.Plugins[i].Alarms = s.Ends, s.Marked
		if s.Failure != nil {
			r.Plugins[i].Failed, r.Plugins[i].Lost = true, s.Lost
			failures = append(failures, s.Failure)
		}
		for k, value := range s.Load.Metrics(nil) {
			r.Plugins[i].Metrics = append(r.Plugins[i].Metrics, report.Metric{Metric: s.Plugin.Metrics[k], Value: value})
		}
	}
	endErr := out.end(r)
	shown.end(r)
	return r, errors.Join(errors.Join(failures...), closeErr, keepErr, endErr, damage)
}

// stopWith ends the input when ctx ends or stop is closed, until release is called.
func stopWith(ctx context.Context, stop <-chan struct{}, src source) (release func()) {
	ctx, cancel := context.WithCancel(ctx)
	stopped := context.AfterFunc(ctx, src.Stop)
	go func() {
		select {
		case <-stop:
			src.Stop()
		case <-ctx.Done():
		}
	}()
	return func() {
		stopped()
		cancel()
	}
}

// whileStarting returns a channel that is closed with stop, unless begun was called before:
// then stop ends the input, and plugins go on.
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

// filesRead returns the paths that are read: an interface is none.
func (c *Config) filesRead() []string {
	if c.Interface != nil {
		return nil
	}
	return c.Files
}

// later returns what the names of the other files of a series are, nil if there is none.
func (c *Config) later() func() (before, after string, first int) {
	if c.Series == nil {
		return nil
	}
	return c.Series.Later
}

// planRun makes the plan of a run. Its errors are UsageErrors, unless the run was ended, by
// closing starting, before it has begun.
func planRun(c *Config, notices *notices, starting <-chan struct{}) (*plan.Plan, error) {
	p, err := plan.Make(plan.Config{
		Plugins: c.Plugins, Catalogue: c.Catalogue, Settings: c.Settings, Runtime: c.Runtime, Carrier: c.Carrier,
		Consent: c.Consent, Record: c.Record,
		Prefix: c.Prefix, RecordsToStdout: c.RecordsToStdout, Split: c.Split, SplitStart: c.SplitStart, To: c.To, Packets: c.Packets, Drivers: c.Drivers, Run: runID(),
		Keep: c.Keep, Files: c.filesRead(), Later: c.later(), Stdin: c.Stdin, List: c.List, SettingsFile: c.SettingsFile, Log: c.writesLog(), Monitoring: c.MonitorFile, Page: c.Page, Stdout: c.Stdout, Stderr: c.Stderr,
		Note: notices.note, Warn: notices.warn, Stop: starting,
	})
	if err == nil {
		return p, nil
	}
	select {
	case <-starting:
		return nil, err
	default:
		return nil, &UsageError{err}
	}
}

// describeFiles adds to the report what was read.
func describeFiles(src *capture.Source, r *report.Report) {
	r.Done, r.Size = src.Done()
	info := src.Info()
	if len(info) > len(r.Files) { // a series
		r.Files = r.Files[:0]
		for _, file := range info {
			r.Files = append(r.Files, file.Path)
		}
	}
	for _, file := range info {
		r.Snaplen = max(r.Snaplen, file.Snaplen)
		for _, link := range file.Links {
			if text := link.String(); !slices.Contains(r.Links, text) {
				r.Links = append(r.Links, text)
			}
		}
	}
}

// damageOf adds the damage of the captures to the report; only corruption is an error.
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
	for _, c := range src.Changes() {
		out.warn("capture " + c.String())
	}
	for _, u := range r.Counts.UnknownLinks {
		if u.Packets > 0 {
			out.alert(fmt.Sprintf("link type %s is not read: %d packets skipped", u.Link, u.Packets))
		}
	}
	if r.SkippedLinks > 0 {
		out.alert(fmt.Sprintf("%d packets of other link types than the first are skipped (capture.link_types=first)", r.SkippedLinks))
	}
	if err == nil {
		err = nothingRead(r)
	}
	return err
}

// nothingRead returns an error if the input has packets, and none of them was read.
func nothingRead(r *report.Report) error {
	unread := r.Counts.UnknownLink
	switch {
	case r.Counts.Packets > unread:
		return nil
	case unread > 0:
		return fmt.Errorf("no packet was read: all %d are of link types that are not read", unread)
	case len(r.Damage) > 0:
		return fmt.Errorf("no packet was read: capture %s", r.Damage[0])
	}
	return nil // there is none
}

func newReport(c *Config, p *plan.Plan) *report.Report {
	r := &report.Report{PID: os.Getpid(), Date: time.Now().In(c.Zone), Files: slices.Clone(c.Files), MaxFlows: int(p.MaxFlows)}
	for _, l := range p.Plugins {
		r.Plugins = append(r.Plugins, report.Plugin{
			Name: l.Name, Version: l.Version, Runtime: string(l.Runtime), RequiredBy: l.RequiredBy,
		})
		for _, f := range l.Files {
			files := &r.Plugins[len(r.Plugins)-1].Files
			*files = append(*files, fmt.Sprintf("%s, %d bytes unpacked, sha256 %s", f.Path, len(f.Data), f.SHA256))
		}
	}
	return r
}
