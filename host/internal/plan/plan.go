// Package plan makes of what the user asks for all that a run will do, checked before
// anything is opened; a run only follows it.
package plan

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/claims"
	"github.com/t2host/t2host/host/internal/inputfile"
	"github.com/t2host/t2host/host/internal/keep"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/internal/undelivered"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// Config is what the user asks for. Its fields are those of host.Config with the same names.
type Config struct {
	Plugins   []plugin.Request
	Catalogue []*plugin.Artefact
	Settings  *settings.Values
	Runtime   plugin.Runtime
	Carrier   func(plugin.CarrierConfig) plugin.Carrier
	Consent   plugin.Consent
	Record    map[string]string

	Prefix          string
	RecordsToStdout bool
	Split           string
	SplitStart      uint32
	To              []string
	Packets         bool
	Drivers         []*drive.Kind
	Run             string

	Keep               string
	Files              []string
	Later              func() (before, after string, first int) // what the names of files are that are read once they are there; nil: none are
	Stdin              io.Reader
	List, SettingsFile string
	Log                bool   // there is a PREFIX_log.txt
	Monitoring         bool   // there is a PREFIX_monitoring.txt
	Page               string // the file of the run's page; empty: none
	Stdout, Stderr     io.Writer

	Note, Warn func(line string) // tell the user what goes on and what goes wrong
	Stop       <-chan struct{}   // closed: the user does not want to wait for what is asked or made
}

// Plan is what a run does.
type Plan struct {
	Own                    // the host's own settings
	Plugins []Plugin       // in the order in which they load
	Carrier plugin.Carrier // that runs them; the caller closes it
	Log     *outlet.Config // PREFIX_log.txt; nil: none
	Monitor *outlet.Config // PREFIX_monitoring.txt; nil: none
	Kept    *keep.Target   // where frames are kept; nil: nowhere
	Files   claims.Claims  // that are read or may be written

	Columns     []sdk.ColumnInfo  // of all plugins in their order, named "plugin.column"
	Targets     []*target.Target  // of rows
	Run         string            // its identifier
	Undelivered *undelivered.File // of all streams; the caller closes it
}

// Plugin is a plugin of a run.
type Plugin struct {
	plugin.Loaded                  // with its runtime
	Opening       sdk.Opening      // but for Host and Started
	Outlets       []outlet.Config  // in the order of its declaration, but for Stdout, Live and Log
	Chosen        []sdk.ColumnInfo // of the record, that leave through a record outlet of rows; named "plugin.column"
	Record        string           // the file that keeps what crosses its border; empty: none
	Files         []*inputfile.File
}

// Make returns the plan, or an error if the run cannot be as it is asked for.
func Make(c Config) (*Plan, error) {
	p := &Plan{Run: c.Run}
	var err error
	if p.Own, err = ownSettings(c.Settings); err != nil {
		return nil, err
	}
	carrier := c.Carrier
	if carrier == nil {
		carrier = plugin.CompiledIn
	}
	p.Carrier = carrier(plugin.CarrierConfig{
		MaxMemory: uint64(p.MaxMemory) << 20, Seed: uint64(p.Seed), Timeout: time.Duration(p.PluginTimeout) * time.Second,
		Consent: c.Consent, Note: c.Note, Warn: c.Warn, Stop: c.Stop,
	})
	if err := p.make(&c); err != nil {
		_ = p.Carrier.Close() // the first error is the one to show
		return nil, err
	}
	return p, nil
}

func (p *Plan) make(c *Config) error {
	if c.Keep != "" {
		t, err := keep.Parse(c.Keep)
		if err != nil {
			return fmt.Errorf("--write-pcap: %w", err)
		}
		p.Kept = &t
	}
	catalogue, named, err := plugin.Describe(p.Carrier, c.Catalogue, c.Plugins)
	if err != nil {
		return err
	}
	if err := checkSafety(c, catalogue); err != nil {
		return err
	}
	if err := CheckSettings(c.Settings, Groups(catalogue), c.Drivers); err != nil {
		return err
	}
	loaded, err := plugin.Resolve(catalogue, named)
	if err != nil {
		return err
	}
	p.Undelivered = undelivered.NewFile(c.Prefix + undeliveredEnd)
	for _, l := range loaded {
		if err := p.add(c, l); err != nil {
			return err
		}
	}
	if err := p.checkWants(c); err != nil {
		return err
	}
	if err := p.checkRules(); err != nil {
		return err
	}
	if err := p.makeTargets(c); err != nil {
		return err
	}
	if err := p.grantMemory(c); err != nil {
		return err
	}
	p.completeOpenings()
	p.tellOfColumns(c, catalogue)
	p.tellOfAlarms(c)
	if c.Log {
		p.Log = &outlet.Config{Name: "log", Target: outlet.File(c.Prefix + "_log.txt")}
	}
	if c.Monitoring {
		p.Monitor = &outlet.Config{Name: "monitoring", Target: outlet.File(c.Prefix + "_monitoring.txt")}
	}
	for _, l := range p.Plugins {
		if err := p.Carrier.Prepare(l.Artefact, l.Runtime); err != nil {
			return err
		}
	}
	p.claim(c)
	return nil
}

// tellOfAlarms warns the user of a run that is limited to alarms where none can come.
func (p *Plan) tellOfAlarms(c *Config) {
	isAlarm := func(c sdk.ColumnInfo) bool { return c.Alarm }
	if p.Alarms != "off" && !slices.ContainsFunc(p.Plugins, func(l Plugin) bool { return slices.ContainsFunc(l.Columns, isAlarm) }) {
		c.Warn("output.alarms=" + p.Alarms + ": sinks get no record, since no plugin of this run has a column that is an alarm, such as tcpWinThCnt of tcpwin: add one to -p")
	}
}

// tellOfColumns tells the user which plugins have columns, if one that writes all columns is
// loaded without any of them.
func (p *Plan) tellOfColumns(c *Config, catalogue []*plugin.Artefact) {
	for _, l := range p.Plugins {
		if !l.Ends.All && !passesAll(l.Plugin) || slices.ContainsFunc(l.Opening.Columns, func(c sdk.ColumnInfo) bool { return strings.Contains(c.Name, ".") }) {
			continue
		}
		var names []string
		for _, a := range catalogue {
			if len(a.Columns) > 0 {
				names = append(names, a.Name)
			}
		}
		if len(names) > 0 {
			c.Note(fmt.Sprintf("plugin %s writes the columns of other plugins, and none is loaded: add to -p one of %s", l.Name, strings.Join(names, ", ")))
		}
	}
}

func passesAll(p *sdk.Plugin) bool {
	return slices.ContainsFunc(p.Outlets, func(o sdk.Outlet) bool { return o.PassesAll() })
}

// add adds a plugin with its runtime, values and outlets.
func (p *Plan) add(c *Config, l plugin.Loaded) error {
	if place := l.Place(); place != "" {
		c.Note(place)
	}
	if l.Runtime == "" {
		l.Runtime = c.Runtime
	}
	var err error
	if l.Runtime, err = p.Carrier.Choose(l.Artefact, l.Runtime); err != nil {
		return err
	}
	values := c.Settings.Of(groupOf(l.Artefact))
	if writesRecords(l.Plugin) && c.Split != "" {
		values = append(values, setting.Value{Name: "split", Text: c.Split}, setting.Value{Name: "split_start", Text: fmt.Sprint(c.SplitStart)})
	}
	values = append(values, c.followTo(l.Plugin)...)
	outlets, err := outletsOf(c, l.Plugin, values, p.Undelivered)
	if err != nil {
		return fmt.Errorf("plugin %s: %w", l.Name, err)
	}
	opening := sdk.Opening{Values: values}
	files, err := readFiles(l.Plugin, &opening)
	if err != nil {
		return fmt.Errorf("plugin %s: %w", l.Name, err)
	}
	p.Plugins = append(p.Plugins, Plugin{
		Loaded: l, Opening: opening, Files: files, Outlets: outlets, Record: c.Record[plugin.Key(l.Name)],
	})
	return nil
}

// checkRules refuses more rules that end flows than a run may have.
func (p *Plan) checkRules() error {
	n := 0
	for _, l := range p.Plugins {
		n += len(l.Plugin.For(l.Opening).EndRules)
	}
	if n > sdk.MaxEndRules {
		return fmt.Errorf("the plugins have %d rules that end flows: a run has at most %d, name fewer plugins", n, sdk.MaxEndRules)
	}
	return nil
}

// completeOpenings adds what each plugin is told of the others.
func (p *Plan) completeOpenings() {
	var loaded []sdk.Loaded
	for _, l := range p.Plugins {
		loaded = append(loaded, sdk.Loaded{Name: l.Name, Version: l.Version})
	}
	packets := slices.ContainsFunc(p.Targets, func(t *target.Target) bool { return t.Stream.Name == stream.Packets })
	for i := range p.Plugins {
		l := &p.Plugins[i]
		l.Opening.Loaded = loaded
		l.Opening.PacketColumns = packets && len(l.Plugin.Packets.Columns) > 0
		switch {
		case l.Chosen != nil:
			l.Opening.Columns = l.Chosen
		case l.Ends.All || passesAll(l.Plugin):
			l.Opening.Columns = slices.Clip(p.Columns)
		}
		for _, c := range l.Columns {
			c.Name = l.Name + "." + c.Name
			p.Columns = append(p.Columns, c)
		}
	}
}
