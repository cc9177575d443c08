package plan

import (
	"fmt"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// Granted returns the bytes of memory that a run with these settings grants a plugin, and of how many live flows it can keep its state. The
// values are valid, see CheckSettings.
func Granted(v *settings.Values, p *sdk.Plugin) (bytes uint64, flows uint32, err error) {
	o, err := ownSettings(v)
	if err != nil {
		return 0, 0, err
	}
	limit := uint64(o.MaxMemory) << 20
	flows = min(o.MaxFlows, plugin.Flows(limit, uint64(p.Memory), p.State))
	return plugin.Memory(limit, uint64(p.Memory), p.State, flows), flows, nil
}

// grantMemory sets the memory of each plugin. If what one keeps of its flows does not fit, it
// lowers the limit of live flows and warns the user. Where plugins run changes nothing, so that
// it does not change a result either.
func (p *Plan) grantMemory(c *Config) error {
	limit := uint64(p.MaxMemory) << 20
	for _, l := range p.Plugins {
		if more := uint64(l.Plugin.Memory); !plugin.HasRoom(limit, more) {
			least := (more + plugin.BaseMemory/2 + 1<<20 - 1) >> 20
			return fmt.Errorf("plugin %s needs %d MiB beside its flows, for which runtime.max_memory=%d has no room: set %d or more", l.Name, (more+1<<20-1)>>20, p.MaxMemory, least)
		}
	}
	asked := p.MaxFlows
	var tightest Plugin
	for _, l := range p.Plugins {
		if n := plugin.Flows(limit, uint64(l.Plugin.Memory), l.State); n < p.MaxFlows {
			p.MaxFlows, tightest = n, l
		}
	}
	if p.MaxFlows < asked {
		cure := fmt.Sprintf("runtime.max_memory=%d has no room for more: raise it, or set flow.max_flows=%d", p.MaxMemory, p.MaxFlows)
		if limit == 0 || limit >= plugin.MaxMemory {
			cure = fmt.Sprintf("a plugin has at most %d MiB: set flow.max_flows=%d", plugin.MaxMemory>>20, p.MaxFlows)
		}
		c.Warn(fmt.Sprintf("at most %d live flows instead of %d: plugin %s keeps %d bytes of each, and %s", p.MaxFlows, asked, tightest.Name, tightest.State, cure))
	}
	for i := range p.Plugins {
		l := &p.Plugins[i]
		l.Memory = plugin.Memory(limit, uint64(l.Plugin.Memory), l.State, p.MaxFlows)
	}
	return nil
}
