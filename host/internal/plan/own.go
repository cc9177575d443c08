package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// Own are the settings of the host itself.
type Own struct {
	TCPStates   bool
	MaxDuration uint32
	MaxFlows    uint32
	Evict       string
	Direction   string
	Times       string
	NewSYN      string
	Timeouts    string
	Expire      string
	ICMPErrors  string
	VLAN        string
	LinkTypes   string
	Lengths     string
	Decode      string
	Rows        uint32
	Folder      string
	Alarms      string
	Sync        uint32

	MonitorEvery  uint32
	MonitorClock  string
	MonitorValues string
	Sensor        uint32

	MaxFile uint32

	OnFailure     string
	PluginTimeout uint32
	MaxMemory     uint32
	Seed          uint32
}

func (o *Own) flow() []sdk.Setting {
	return []sdk.Setting{
		sdk.BoolSetting("tcp_states", &o.TCPStates, "TCP flows time out by the state of their connection; false: all flows have the second of flow.timeouts, as T2 without tcpStates"),
		sdk.Uint32Setting("max_duration", &o.MaxDuration, "s", 0, 1<<31, "a conversation ends at the first packet that is this long after its first one; 0: never"),
		sdk.Uint32Setting("max_flows", &o.MaxFlows, "directions", 2, 1<<28, "live flows; for one more a conversation ends"),
		sdk.ChoiceSetting("evict", &o.Evict, "which one: fair, of the least recently seen flows the first one that nobody has answered, so that a flood ends its own; oldest, as T2, the least recently seen", "fair", "oldest"),
		sdk.ChoiceSetting("direction", &o.Direction, "what tells the client of a conversation: flags, those of the first packet (SYN, SCTP's INIT, an ICMP request, and their answers), or the conversation that it was part of, and ports only if it says nothing; ports, as T2, the ports first", "flags", "ports"),
		sdk.ChoiceSetting("times", &o.Times, "what a flow's and the dump's first and last time are: extremes, the earliest and the latest of all packets; packets, as T2, those of the first and the last packet, so that a duration can be below zero", "extremes", "packets"),
		sdk.ChoiceSetting("new_syn", &o.NewSYN, "what a SYN with another initial sequence number does if the connection before it has got beyond its handshake: splits, it begins a new conversation; joins, as T2, it belongs to the old one", "splits", "joins"),
		sdk.ChoiceSetting("icmp_errors", &o.ICMPErrors, "ICMP's error messages between two hosts: apart, a conversation of their own; together, as T2, in one with requests and replies", "apart", "together"),
		sdk.ChoiceSetting("vlan", &o.VLAN, "the VLAN identifier of the innermost tag: key, flows of different ones differ; ignore, they do not, as where only one side is tagged", "key", "ignore"),
		sdk.TextSetting("timeouts", &o.Timeouts, "how long a flow may be silent, seconds: a TCP connection that is established, other flows, a TCP connection that opens or closes, that is closed, and that was reset"),
		sdk.ChoiceSetting("expire", &o.Expire, "when flows that have been silent for so long end: seconds, at each whole second of packet time that is passed, each at its own; packets, as T2, at the next packet of any flow, however much later that is", "seconds", "packets"),
	}
}

func (o *Own) capture() []sdk.Setting {
	return []sdk.Setting{
		sdk.ChoiceSetting("link_types", &o.LinkTypes, "all reads every interface of a pcapng; first, as libpcap and T2, only packets of the link type of the first one", "all", "first"),
		sdk.ChoiceSetting("lengths", &o.Lengths, "lengths above 65535, of segments that the card cuts or joins: whole, or wrap, as T2, modulo 65536", "whole", "wrap"),
		sdk.ChoiceSetting("decode", &o.Decode, "all opens every tunnel, tag and link type that t2host can read; t2 leaves closed those that T2 does not open", "all", "t2"),
	}
}

func (o *Own) batch() []sdk.Setting {
	return []sdk.Setting{
		sdk.Uint32Setting("rows", &o.Rows, "rows", 1, 65536, "packets and flow ends that cross to a plugin together; never changes a result"),
	}
}

func (o *Own) output() []sdk.Setting {
	return []sdk.Setting{
		sdk.ChoiceSetting("folder", &o.Folder, "where output files are if -w names no folder: current, or capture, as T2, the folder of the capture or of the list of captures", "current", "capture"),
		sdk.ChoiceSetting("alarms", &o.Alarms, "which flow records sinks and streams get: off, all; or, as T2's alarm mode, those in which a column that is an alarm is neither zero nor empty; and, those in which each plugin that has such columns has one; sinks that read packets or begins of flows get all", "off", "or", "and"),
		sdk.Uint32Setting("sync", &o.Sync, "s", 0, 86400, "how often the files of a live run are written through to the disk; 0: when they are complete, as those of other runs"),
		sdk.Uint32Setting("max_file", &o.MaxFile, "MiB", 0, 1<<31, "how much a plugin may send to the files of one outlet, before they are compressed; more ends the run; 0: no limit"),
	}
}

func (o *Own) monitor() []sdk.Setting {
	return []sdk.Setting{
		sdk.Uint32Setting("every", &o.MonitorEvery, "s", 0, 86400, "a line of figures each so many seconds, as -M; 0: none until SIGUSR2 asks for one a second"),
		sdk.ChoiceSetting("clock", &o.MonitorClock, "which seconds these are: packets, of packet time; wall, of the clock on the wall", "packets", "wall"),
		sdk.ChoiceSetting("values", &o.MonitorValues, "what a line has: absolute, the figures since the start; differences, those since the line before", "absolute", "differences"),
		sdk.Uint32Setting("sensor", &o.Sensor, "", 0, 1<<32-1, "the sensor's number in a line, as -x"),
	}
}

func (o *Own) runtime() []sdk.Setting {
	return []sdk.Setting{
		sdk.TextSetting("on_failure", &o.OnFailure, "what a plugin that fails does to a run: end, it ends; drop, the plugin is taken out with those that require it, the others go on, and the exit code is 1; NAME=drop for one plugin; empty: drop for an interface, end for files"),
		sdk.Uint32Setting("plugin_timeout", &o.PluginTimeout, "s", 5, 86400, "how long a plugin in a process or worker may be silent while it works"),
		sdk.Uint32Setting("max_memory", &o.MaxMemory, "MiB", 0, plugin.MaxMemory>>20, "memory of a plugin in the sandbox, at least 32; a run keeps fewer live flows if what a plugin keeps of them needs more; 0: 64, and 3 times what it keeps of flow.max_flows flows"),
		sdk.Uint32Setting("seed", &o.Seed, "", 0, 1<<32-1, "of the random bytes that plugins in the sandbox get, the same in each run"),
	}
}

// defaultTimeouts are T2's but for the last one: a sender that a RST does not reach sends again
// at most 60 s later (RFC 6298, 2.5), and T2 ends the flow after 0.1 s.
const defaultTimeouts = "610,182,120,10,60"

// Defaults returns their defaults.
func Defaults() Own {
	return Own{TCPStates: true, MaxFlows: plugin.DefaultFlows, Evict: "fair", Direction: "flags", Times: "extremes", NewSYN: "splits", ICMPErrors: "apart", VLAN: "key", Timeouts: defaultTimeouts, Expire: "seconds", LinkTypes: "all", Decode: "all", Lengths: "whole", Folder: "current", Alarms: "off", Rows: 16384, Sync: 5, MonitorClock: "packets", MonitorValues: "absolute", Sensor: 666, PluginTimeout: 30}
}

// groups returns the host's own settings.
func (o *Own) groups() []settings.Group {
	return []settings.Group{{Name: "flow", Settings: o.flow()}, {Name: "capture", Settings: o.capture()}, {Name: "batch", Settings: o.batch()}, {Name: "output", Settings: o.output()}, {Name: "monitor", Settings: o.monitor()}, {Name: "runtime", Settings: o.runtime()}}
}

// Groups returns the settings of the host and of the plugins of a catalogue.
func Groups(catalogue []*plugin.Artefact) []settings.Group {
	groups := OwnGroups()
	for _, a := range catalogue {
		groups = append(groups, groupOf(a))
	}
	return groups
}

// groupOf returns the settings of a plugin, with the defaults that hold in a run.
func groupOf(a *plugin.Artefact) settings.Group {
	g := settings.Group{Name: a.Name, Settings: a.UserSettings()}
	for _, o := range a.Outlets {
		if o.Kind == sdk.FileOutlet || o.Kind == sdk.RecordOutlet {
			g.Suffixes = append(g.Suffixes, o.Setting)
		}
		if o.Kind == sdk.RowOutlet {
			g.Rows = append(g.Rows, o.Setting)
		}
	}
	return g
}

// OwnGroups returns the host's own settings; the first group has no name, and its keys no
// group.
func OwnGroups() []settings.Group {
	o := Defaults()
	var plugins string
	alone := settings.Group{Settings: []sdk.Setting{
		sdk.TextSetting(settings.PluginsKey, &plugins, "plugins that run when -p names none, as a list of names"),
	}}
	return append([]settings.Group{alone}, o.groups()...)
}

// CheckSettings returns an error if a run with these groups would refuse the values.
func CheckSettings(v *settings.Values, groups []settings.Group, drivers []*drive.Kind) error {
	if err := v.Check(groups, checkTarget(drivers)); err != nil {
		return err
	}
	for _, word := range v.To {
		if _, err := target.Parse(word); err != nil {
			return fmt.Errorf("settings: %s: %w", settings.ToGroup, err)
		}
	}
	_, err := ownSettings(v)
	return err
}

func checkTarget(drivers []*drive.Kind) settings.CheckTarget {
	return func(text string, rows bool) error {
		if rows {
			return target.CheckRows(text, drivers)
		}
		return target.CheckFrames(text, drivers)
	}
}

// CheckValue returns an error if text is not a value of a group's setting.
func CheckValue(g settings.Group, s *sdk.Setting, text string, drivers []*drive.Kind) error {
	err := g.Check(s, text, checkTarget(drivers))
	if o := Defaults(); err == nil && g.Name == "flow" && s.Name == "timeouts" {
		o.Timeouts = text
		_, err = o.FlowTimeouts()
	}
	if o := Defaults(); err == nil && g.Name == "runtime" {
		err = setting.Apply(o.runtime(), []setting.Value{{Name: s.Name, Text: text}})
		if err == nil {
			_, _, err = o.failures()
		}
		if err == nil {
			return o.checkMemory()
		}
	}
	if err == nil || s.Kind == setting.Target {
		return err
	}
	return fmt.Errorf("%s %w", s.Name, err)
}

// BesideCapture reports whether output files are in the capture's folder if none is named.
func BesideCapture(v *settings.Values) bool {
	o, err := ownSettings(v) // Make returns the error
	return err == nil && o.Folder == "capture"
}

// ownSettings returns the host's own values.
func ownSettings(v *settings.Values) (Own, error) {
	o := Defaults()
	for _, g := range o.groups() {
		if err := setting.Apply(g.Settings, v.Of(g)); err != nil {
			return o, fmt.Errorf("%s: %w", g.Name, err)
		}
	}
	if _, err := o.FlowTimeouts(); err != nil {
		return o, fmt.Errorf("flow.timeouts %w", err)
	}
	if _, _, err := o.failures(); err != nil {
		return o, fmt.Errorf("runtime.%w", err)
	}
	return o, o.checkMemory()
}

// failures returns what runtime.on_failure says of all plugins, empty if nothing, and of single ones by plugin.Key.
func (o *Own) failures() (all string, of map[string]string, err error) {
	of = map[string]string{}
	for word := range strings.SplitSeq(o.OnFailure, ",") {
		name, what, one := strings.Cut(strings.TrimSpace(word), "=")
		if !one {
			what = name
		}
		if what != "end" && what != "drop" && (one || what != "") {
			return "", nil, fmt.Errorf("on_failure: %q is neither end nor drop, nor NAME=end or NAME=drop", strings.TrimSpace(word))
		}
		if one {
			of[plugin.Key(name)] = what
		} else if what != "" {
			all = what
		}
	}
	return all, of, nil
}

// Drops reports whether a plugin is taken out if it fails, in a run whose input is live or not.
func (o *Own) Drops(name string, live bool) bool {
	all, of, _ := o.failures() // the plan has checked it
	what := of[plugin.Key(name)]
	if what == "" {
		what = all
	}
	return what == "drop" || what == "" && live
}

// maxTimeout bounds a timeout, in seconds.
const maxTimeout = 1e6

// FlowTimeouts returns the values of flow.timeouts, in seconds.
func (o *Own) FlowTimeouts() ([5]float32, error) {
	var list [5]float32
	words := strings.Split(o.Timeouts, ",")
	for i, word := range words {
		seconds, err := strconv.ParseFloat(strings.TrimSpace(word), 32)
		if err != nil || !(seconds >= 0.001 && seconds <= maxTimeout) || len(words) != len(list) {
			return list, fmt.Errorf("must be five numbers of seconds from 0.001 to %.0f, separated by commas, not %q", maxTimeout, o.Timeouts)
		}
		list[i] = float32(seconds)
	}
	return list, nil
}

// checkMemory returns an error if runtime.max_memory is too low.
func (o *Own) checkMemory() error {
	if o.MaxMemory == 0 || o.MaxMemory >= minMemory {
		return nil
	}
	return fmt.Errorf("runtime.max_memory %d is less than %d MiB: raise it, or set 0 for no limit of your own", o.MaxMemory, minMemory)
}

// minMemory is the least that runtime.max_memory may be except for 0, in MiB: t2host's own
// plugins need it.
const minMemory = 32
