package host

import (
	"fmt"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// own are the settings of the host itself.
type own struct {
	TCPStates   bool
	MaxDuration uint32
	MaxFlows    uint32
	LinkTypes   string
	Rows        uint32

	PluginTimeout uint32
	MaxMemory     uint32
	Seed          uint32
}

func (o *own) flow() []sdk.Setting {
	return []sdk.Setting{
		sdk.Bool("tcp_states", &o.TCPStates, "TCP flows time out by the state of their connection (610, 120, 10 or 0.1 s); false: all flows after 182 s, as T2 without tcpStates"),
		sdk.Uint32("max_duration", &o.MaxDuration, "s", 0, 1<<31, "a conversation ends at the first packet that is this long after its first one; 0: never"),
		sdk.Uint32("max_flows", &o.MaxFlows, "directions", 2, 1<<28, "live flows; for one more the least recently seen conversation ends"),
	}
}

func (o *own) capture() []sdk.Setting {
	return []sdk.Setting{
		sdk.Choice("link_types", &o.LinkTypes, "all reads every interface of a pcapng; first, as libpcap and T2, only packets of the link type of the first one", "all", "first"),
	}
}

func (o *own) batch() []sdk.Setting {
	return []sdk.Setting{
		sdk.Uint32("rows", &o.Rows, "rows", 1, 65536, "packets and flow ends that cross to a plugin together; never changes a result"),
	}
}

func (o *own) runtime() []sdk.Setting {
	return []sdk.Setting{
		sdk.Uint32("plugin_timeout", &o.PluginTimeout, "s", 5, 86400, "how long a plugin in a process or worker may be silent while it works"),
		sdk.Uint32("max_memory", &o.MaxMemory, "MiB", 32, 4095, "memory of a plugin in the sandbox"),
		sdk.Uint32("seed", &o.Seed, "", 0, 1<<32-1, "of the random bytes that plugins in the sandbox get, the same in each run"),
	}
}

func defaults() own {
	return own{TCPStates: true, MaxFlows: 4194304, LinkTypes: "all", Rows: 16384, PluginTimeout: 30, MaxMemory: 64}
}

// groups are the host's own settings.
func (o *own) groups() []settings.Group {
	return []settings.Group{{Name: "flow", Settings: o.flow()}, {Name: "capture", Settings: o.capture()}, {Name: "batch", Settings: o.batch()}, {Name: "runtime", Settings: o.runtime()}}
}

// Groups are the settings of the host and of the plugins of a catalogue.
func Groups(catalogue []*plugin.Artefact) []settings.Group {
	groups := OwnGroups()
	for _, a := range catalogue {
		groups = append(groups, groupOf(a))
	}
	return groups
}

// groupOf are the settings of a plugin, with the defaults that hold in a run.
func groupOf(a *plugin.Artefact) settings.Group {
	g := settings.Group{Name: a.Name, Settings: a.UserSettings()}
	for _, o := range a.Outlets {
		if o.Kind != sdk.StreamOutlet {
			g.Suffixes = append(g.Suffixes, o.Setting)
		}
	}
	return g
}

// OwnGroups are the host's own settings; the first group has no name: its keys stand alone.
func OwnGroups() []settings.Group {
	o := defaults()
	var plugins string
	alone := settings.Group{Settings: []sdk.Setting{
		sdk.Text(settings.PluginsKey, &plugins, "plugins that run when -p names none, as a list of names"),
	}}
	return append([]settings.Group{alone}, o.groups()...)
}

// CheckSettings refuses values that a run with these groups would refuse.
func CheckSettings(v *settings.Values, groups []settings.Group) error {
	return v.Check(groups, outlet.CheckTarget)
}

// CheckValue returns the reason why text is no value of a group's setting, nil if it is one.
func CheckValue(g settings.Group, s *sdk.Setting, text string) error {
	err := g.Check(s, text, outlet.CheckTarget)
	if err == nil || s.Kind == sdk.TargetSetting {
		return err
	}
	return fmt.Errorf("%s %w", s.Name, err)
}

// ownSettings takes the host's own values.
func ownSettings(v *settings.Values) (own, error) {
	o := defaults()
	for _, g := range o.groups() {
		if err := sdk.Apply(g.Settings, v.Of(g)); err != nil {
			return o, fmt.Errorf("%s: %w", g.Name, err)
		}
	}
	return o, nil
}
