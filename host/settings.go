package host

import (
	"fmt"

	"github.com/t2host/t2host/host/outlet"
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
}

func (o *own) flow() []sdk.Setting {
	return []sdk.Setting{
		sdk.Bool("tcp_states", &o.TCPStates, "TCP flows time out by the state of their connection (610, 120, 10 or 0.1 s); false: all flows after 182 s, as T2 without tcpStates"),
		sdk.Uint32("max_duration", &o.MaxDuration, "s", 0, 1<<31, "a conversation ends at the first packet so long after its first one; 0: never"),
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

func defaults() own {
	return own{TCPStates: true, MaxFlows: 4194304, LinkTypes: "all", Rows: 4096}
}

// Groups are the settings of the host and of the plugins of a catalogue.
func Groups(catalogue []*sdk.Plugin) []settings.Group {
	o := defaults()
	groups := []settings.Group{{Name: "flow", Settings: o.flow()}, {Name: "capture", Settings: o.capture()}, {Name: "batch", Settings: o.batch()}}
	for _, p := range catalogue {
		groups = append(groups, settings.Group{Name: p.Name, Settings: p.Settings})
	}
	return groups
}

// ownSettings takes the host's own values.
func ownSettings(v *settings.Values) (own, error) {
	o := defaults()
	for name, declared := range map[string][]sdk.Setting{"flow": o.flow(), "capture": o.capture(), "batch": o.batch()} {
		if err := sdk.Apply(declared, v.Of(settings.Group{Name: name, Settings: declared})); err != nil {
			return o, fmt.Errorf("%s: %w", name, err)
		}
	}
	return o, nil
}

// plan is what a run will do: checked before anything is opened.
type plan struct {
	own
	plugins []plugin.Loaded
	values  [][]sdk.Value // of each plugin
}

func planRun(c *Config) (*plan, error) {
	if c.Runtime != "" && c.Runtime != Inproc {
		return nil, fmt.Errorf("runtime %s is not there: this version has %s only", c.Runtime, Inproc)
	}
	if err := c.Settings.Check(Groups(c.Catalogue), outlet.CheckTarget); err != nil {
		return nil, err
	}
	loaded, err := plugin.Resolve(c.Catalogue, c.Plugins)
	if err != nil {
		return nil, err
	}
	p := &plan{plugins: loaded}
	if p.own, err = ownSettings(c.Settings); err != nil {
		return nil, err
	}
	for _, l := range loaded {
		p.values = append(p.values, c.Settings.Of(settings.Group{Name: l.Name, Settings: l.Settings}))
	}
	return p, nil
}
