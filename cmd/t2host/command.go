package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/filter"
	"github.com/t2host/t2host/host/live"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/watch"
)

// options are the flags of the main job. The short ones are T2's where T2 has them.
type options struct {
	file, list string
	expression string // of a series of files
	series     *capture.Series
	follow     bool
	sensor
	keep             string
	filterFile       string
	filter           *filter.Filter // nil: all frames
	prefix, split    string
	plugins, folders []string
	settings         string
	sets             []string
	to               []string
	t2               bool
	runtime          string
	pins, grants     []string
	locked           bool
	consent          plugin.Consent
	records          []string
	payload          bool
	packets          bool
	every, sensorID  string // of monitoring
	monitorFile      bool
	quiet, log       bool
	serving
	logFormat        string
	logLevel         string
	verbose, version bool

	stdin          io.Reader
	screen         *screen
	raw            io.Writer // standard output as it is, for the outlets of a run
	stdout, stderr io.Writer // unprintable characters are escaped
}

// defaultRecord are the plugins whose columns flows have if --to is given and -p is not.
const defaultRecord = "basicflow,basicstats"

const long = `t2host reads a capture, cuts it into flows and runs plugins over them.

  t2host -r FILE                        what is in a capture, and what to do next
  t2host -r FILE -p tcpwin,tcpwinsink   find hosts that close their TCP window, report to a socket
  t2host -i IFACE -p tcpwin port 80     the same on an interface, of frames that pass a filter
  t2host receive tcp://127.0.0.1:5555   print what a sink sends
  t2host resend FILE                    send what was not delivered
  t2host targets                        where rows can go: --to
  t2host conf                           the settings

Files:
  t2host.toml                     settings: /etc/t2host/t2host.toml, then ~/.config/t2host/t2host.toml, then ./t2host.toml
  PREFIX_*.txt                    what plugins write; their settings name the ends
  PREFIX_undelivered.bin          what a sink's receiver did not get, for t2host resend; numbered if there is one already
  ~/.local/share/t2host/plugins   plugins that were installed (XDG_DATA_HOME moves it)
  ~/.cache/t2host                 compiled modules (XDG_CACHE_HOME moves it)
  ~/.cache/t2host/module          the module of t2host's own plugins, where go build has made t2host

Environment:
  T2HOST_GROUP__KEY=VALUE         a setting: T2HOST_TCPWIN__THRESHOLD=1000
  T2HOST_PLUGINS=DIR:DIR          folders to look for plugins in, after those of -P
  TZ                              the zone of local times

Signals:
  INT, TERM  end the input: flows end, reports go out; a second one ends the program
  USR1       a report of the run so far
  USR2       a line of figures each second, on and off
  HUP        files that were moved away are begun anew, and where rows go ([to]) is read again

Exit codes:
  0  all went well
  1  the run failed, or something was not delivered
  2  the command was refused: nothing was opened, nothing written`

// newCommand returns t2host and its commands, which print to shown; raw is where it leads, for the outlets of a run.
func newCommand(stdin io.Reader, raw, shown io.Writer, screen *screen) *cobra.Command {
	o := &options{stdin: stdin, raw: raw, stdout: printable.Writer(shown), screen: screen, stderr: printable.Writer(screen)}
	cmd := &cobra.Command{
		Use:               "t2host (-r FILE | -R LIST | -i IFACE) [-p NAMES] [FLAGS] [FILTER]",
		Short:             "network flow analysis by plugins",
		Long:              long,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE:              o.run,
	}
	cmd.SetHelpCommand(helpCommand())
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.file, "pcap", "r", "", "read the capture `FILE`: pcap or pcapng, also gzip, bzip2 or zstd; - is standard input")
	f.StringVarP(&o.list, "pcap-list", "R", "", "read the captures named in `LIST`, a line each, as one stream")
	f.StringVarP(&o.expression, "input-regex", "D", "", "read the files of a series as they appear: `EXPR[:SCHR][,STOP]`, the name of the first one, the character before its number (p) and the last number")
	f.BoolVarP(&o.follow, "follow", "f", false, "of -r: the file is still being written, read on as tail -f does until Ctrl-C")
	f.StringVarP(&o.iface, "interface", "i", "", "capture from the interface `IFACE`, or from any (t2host interfaces lists them)")
	f.Uint32VarP(&o.snaplen, "snaplen", "S", live.DefaultSnaplen, "of -i: keep `BYTES` of each frame")
	f.StringVarP(&o.ring, "rx-bufsize", "B", "64M", "of -i: memory between the kernel and t2host, `SIZE` with K, M or G")
	f.BoolVar(&o.alone, "no-promiscuous", false, "of -i: only frames that are for this machine")
	f.StringVar(&o.user, "user", "", "of -i: go on as the user `NAME` once the interface is open (default: who called sudo)")
	f.StringVarP(&o.filterFile, "bpf-file", "F", "", "the filter is in `FILE`, not in the remaining words (tcpdump's language; t2host filter explains one)")
	f.StringVar(&o.keep, "write-pcap", "", "keep the frames that are read, as pcapng: `FILE[:SIZE][,N]`, N numbered files of a size of which the oldest one goes")
	f.StringVarP(&o.prefix, "output-prefix", "w", "", "output files begin with `PREFIX`, or are in that folder (default: the input's name, in the folder that output.folder names); - writes flow records to standard output")
	f.StringSliceVarP(&o.plugins, "plugins", "p", nil, "load these plugins, and what they require: `NAMES`, separated by commas; ./PATH is a module or an executable")
	f.StringArrayVar(&o.to, "to", nil, "send rows of flows, or of another stream, to `[STREAM=]TARGET`: a file whose ending tells the format (flows.csv, flows.jsonl.gz), FORMAT:-, FORMAT+tcp://HOST:PORT")
	f.StringVarP(&o.split, "output-split", "W", "", "the same, with flow records in numbered files: `PREFIX[:SIZE][,START]`; SIZE in bytes (K, M, G) or, with f, in flows (default: 500M,0)")
	f.StringArrayVarP(&o.folders, "plugin-folder", "P", nil, "look for plugins in `DIR` first, then in T2HOST_PLUGINS, the user's data folder, and t2host itself")
	f.StringVarP(&o.settings, "settings", "C", "", "read the settings `FILE` only (default: /etc/t2host/"+settings.DefaultFile+", the user's, ./"+settings.DefaultFile+")")
	f.StringArrayVar(&o.sets, "set", nil, "set one setting: `PLUGIN.KEY=VALUE`")
	f.BoolVar(&o.t2, "t2", false, "results are T2's where it differs: sets what the table of differences in from-t2.md names; --set wins")
	f.StringVar(&o.runtime, "runtime", "", "where plugins run: wasm (sandbox; the default where there is a module), worker (sandbox in a process of its own), process, inproc; -p NAME:`RUNTIME` for one")
	f.StringArrayVar(&o.consent.Trust, "trust", nil, "run the module of plugin `NAME`, which did not come with t2host, in t2host's own process: faster, but an endless loop in it cannot be stopped")
	f.BoolVar(&o.locked, "locked", false, "load only plugins that are in t2host.lock, as they are there: t2host lock writes it")
	f.StringArrayVar(&o.pins, "pin", nil, "run only what has this checksum: `NAME=SHA256`, or PATH=SHA256 for a plugin that -p names by its path")
	grantFlag(cmd, o)
	f.BoolVar(&o.consent.RequireConfinement, "require-confinement", false, "run no plugin in a process that this system cannot confine (-V shows what it can)")
	f.StringArrayVar(&o.records, "record", nil, "keep what crosses a plugin's border, for t2host replay: `NAME=FILE`")
	f.BoolVar(&o.payload, "record-payload", false, "keep the payload that the plugin reads, too")
	f.BoolVarP(&o.packets, "packets", "s", false, "a line of each packet goes to PREFIX_packets.txt, as --to packets=... sends them elsewhere")
	f.StringVarP(&o.every, "mon-interval", "M", "", "a line of figures each `SEC` seconds of packet time (t2host conf monitor has more)")
	f.BoolVarP(&o.monitorFile, "monfile", "m", false, "lines of figures, and reports of the run so far, go to PREFIX_monitoring.txt")
	f.StringVarP(&o.sensorID, "sensor-id", "x", "", "the number of the sensor in lines of figures: `ID`")
	f.StringVar(&o.metrics, "metrics", "", "show figures to Prometheus: http://`ADDR`/metrics, with /healthz and /readyz; of a port alone on this machine only (9464)")
	f.BoolVar(&o.debug, "debug", false, "of --metrics: Go's profiles too, at /debug/pprof/")
	f.StringVar(&o.view, "view", "", "show the run on a page, http://`ADDR`/: of a port alone on this machine only (8080)")
	f.StringVar(&o.token, "view-token", "", "of --view: who asks must know the token in `FILE`, which other machines need")
	f.StringVar(&o.saved, "save-view", "", "write the page of the run to `FILE`.html: it opens without a server or a network")
	f.StringVar(&o.hub, "hub", "", "send the tables of the run to the hub whose line is in `FILE`, each five seconds: t2host collect --live merges them over all sensors")
	f.StringVar(&o.sensorName, "sensor-name", "", "of --hub: the `NAME` of this sensor (default: that of the machine)")
	f.StringVar(&o.result, "result", "", "of t2host work: write what the run found to `FILE`")
	_ = f.MarkHidden("result")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "nothing on the terminal but errors; the end report goes to PREFIX_log.txt")
	f.StringVar(&o.logFormat, "log-format", "text", "what t2host says is `text`, or json: an object a line, with the plugin, the batch and the packets that it is about")
	f.StringVar(&o.logLevel, "log-level", "info", "what t2host says at least: info, warn or error; debug adds to a plugin's lines the batch and its packets (`LEVEL`)")
	f.BoolVarP(&o.log, "logfile", "l", false, "the end report is T2's long form, and goes to PREFIX_log.txt too")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show where each plugin was found, what was passed over, and the long end report")
	f.BoolVarP(&o.version, "version", "V", false, "versions of t2host and of what it is made of")
	f.BoolP("help", "h", false, "this help")
	cmd.AddCommand(receiveCommand(), resendCommand(o), targetsCommand(o), interfacesCommand(o), filterCommand(o), pluginsCommand(o), confCommand(o), graphCommand(o), newPluginCommand(o), buildCommand(o), packCommand(o), lockCommand(o), auditCommand(o), installCommand(o), uninstallCommand(o), upgradeCommand(o), checkCommand(o), debugCommand(o), replayCommand(o), serveCommand(o), submitCommand(o), workCommand(o), collectCommand(o), jobsCommand(o), completionCommand(), manCommand())
	for _, c := range append(cmd.Commands(), cmd) {
		c.DisableFlagsInUseLine = true // the lines name them
	}
	o.completions(cmd)
	for _, c := range append(cmd.Commands(), cmd) {
		givenOnce(c.Flags())
	}
	return cmd
}

// helpCommand returns the command that prints what -h prints.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Hidden: true,
		Args:   atMost(1, "help accepts at most one command"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				return root.Help()
			}
			for _, c := range root.Commands() {
				if c.Name() == args[0] {
					return c.Help()
				}
			}
			return usagef("unknown command %q%s", args[0], nearest.Hint(args[0], commandNames(root)))
		},
	}
}

// givenOnce makes the flags that have one value refuse a second one: of -r A -r B nobody would
// notice that A is not read.
func givenOnce(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "string" {
			f.Value = &once{Value: f.Value}
		}
	})
}

// once is the value of a flag that may be given once.
type once struct {
	pflag.Value
	given bool
}

func (o *once) Set(text string) error {
	if o.given {
		return errors.New("it is given twice: use one")
	}
	o.given = true
	return o.Value.Set(text)
}

// run does the main job, or returns why it cannot.
func (o *options) run(cmd *cobra.Command, args []string) error {
	if o.version {
		_, err := io.WriteString(o.stdout, versions())
		return err
	}
	if err := o.checkInput(cmd, args); err != nil {
		return err
	}
	if err := o.checkLog(); err != nil {
		return err
	}
	switch {
	case o.iface == "" && (cmd.Flags().Changed("snaplen") || cmd.Flags().Changed("rx-bufsize") || o.alone || o.user != ""):
		return usagef("-S, -B, --no-promiscuous and --user are for -i IFACE (try t2host -h)")
	case o.prefix != "" && o.split != "":
		return usagef("-w and -W exclude each other: both set where the outputs go (try t2host -h)")
	}
	if err := o.readFilter(args); err != nil {
		return err
	}
	if err := checkPriority(o.folders); err != nil {
		return err
	}
	if o.iface != "" {
		if err := o.openInterface(); err != nil {
			return err
		}
		defer o.open.Close()
	}
	found, err := o.search()
	if err != nil {
		return err
	}
	sets := slices.Clip(o.sets)
	for _, flag := range [][2]string{{"monitor.every", o.every}, {"monitor.sensor", o.sensorID}} {
		if flag[1] != "" {
			sets = append(sets, flag[0]+"="+flag[1])
		}
	}
	values, err := settings.Load(o.settings, os.Environ(), sets)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	if o.t2 {
		preferT2(values)
	}
	names := o.plugins
	if !cmd.Flags().Changed("plugins") {
		names = values.Plugins
	}
	prefix := o.prefix
	if prefix == "-" {
		prefix = "" // other files are where they are without -w
	}
	var split string
	var splitStart uint32
	if o.split != "" {
		if prefix, split, splitStart, err = readSplit(o.split); err != nil {
			return err
		}
	}
	prefix = host.OutputPrefix(prefix, o.inputName(), values)
	names, to, err := o.sinksOfT2(names, found.Catalogue, prefix)
	if err != nil {
		return err
	}
	if to = append(to, o.to...); len(o.to) == 0 {
		to = append(to, values.To...)
	}
	if len(names) == 0 && (len(to) > 0 || o.packets) {
		names = strings.Split(defaultRecord, ",")
	}
	summary := len(names) == 0 && onlyInput(cmd)
	if len(names) == 0 && !summary {
		return &usageError{"no plugin is named: choose with -p, or with plugins = [...] in " + settings.DefaultFile, pluginList(found.Catalogue)}
	}
	plugins, err := requestsOf(names)
	if err != nil {
		return err
	}
	if o.locked {
		if found.Catalogue, err = obeyLock(found.Catalogue, plugins); err != nil {
			return err
		}
	}
	c := host.Config{
		Files: []string{o.inputName()}, Follow: o.follow, Series: o.series, Stdin: o.stdin, List: o.list, SettingsFile: cmp.Or(o.settings, settings.DefaultFile), RecordsToStdout: o.prefix == "-",
		Plugins: plugins, Catalogue: found.Catalogue, Settings: values, Zone: time.Local,
		Runtime: plugin.Runtime(o.runtime), Carrier: launcher().Carrier,
		Quiet: o.quiet, LogFile: o.log, Long: o.verbose || o.log, Stdout: o.raw, Stderr: o.stderr,
	}
	c.Prefix, c.Split, c.SplitStart = prefix, split, splitStart
	if err := o.readConsent(); err != nil {
		return err
	}
	c.Consent = o.consent
	if c.Record, err = readRecords(o.records); err != nil {
		return err
	}
	c.RecordPayload = o.payload
	c.To, c.Drivers, c.Packets = to, drivers(), o.packets
	if len(o.to) == 0 {
		c.ReadTo = func() ([]string, error) {
			values, err := settings.Load(o.settings, os.Environ(), sets)
			if err != nil {
				return nil, err
			}
			return values.To, nil
		}
	}
	if _, err := plugin.RuntimeNamed(o.runtime); err != nil && o.runtime != "" {
		return usagef("--runtime: %v", err)
	}
	c.Keep, c.Filter = o.keep, o.filter
	if o.iface != "" {
		c.Interface = o.sensor.input
	}
	if o.list != "" {
		if c.Files, err = capture.List(o.list); err != nil {
			return err
		}
	}
	ignoreSIGPIPE()
	c.Page = o.saved
	c.Log, c.Watch = o.logger().Handler(), &watch.Watch{}
	watchers, err := o.serve(c.Watch, values.List(host.Groups(found.Catalogue)))
	if err != nil {
		return err
	}
	told := notify(c.Watch)
	defer told()
	shown := func() {}
	if !o.quiet {
		shown = o.screen.progress(c.Watch)
		c.Width, c.Stdout = func() int { return widthOf(o.raw) }, untilWritten(c.Stdout, shown)
	}
	stop, done := onSignals(func() { o.tell("ending; interrupt again to abort") })
	defer done()
	c.Stop, c.MonitorFile = stop, o.monitorFile
	c.Requests = onRequests()
	if summary {
		err = o.summary(cmd, c, shown)
	} else {
		_, err = host.Run(cmd.Context(), c)
	}
	shown()
	if c.Watch.Phase() != watch.Ended { // it has never begun
		watchers.close()
		return err
	}
	return errors.Join(err, watchers.end(stop))
}

// exactly and atMost return a validator for exactly or at most n arguments; text is its error.
func exactly(n int, text string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s", text)
		}
		return nil
	}
}

func atMost(n int, text string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef("%s", text)
		}
		return nil
	}
}

// commands returns t2host itself and its commands, except hidden ones.
func commands(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if !c.Hidden {
			list = append(list, c)
		}
	}
	return list
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range commands(root)[1:] {
		names = append(names, c.Name())
	}
	return names
}

func pluginList(catalogue []*plugin.Artefact) string {
	var b strings.Builder
	b.WriteString("plugins:\n")
	plugin.Sort(catalogue)
	for _, p := range catalogue {
		fmt.Fprintf(&b, "  %03d  %-12s %s\n", p.Number, p.Name, p.Doc)
	}
	return b.String()
}
