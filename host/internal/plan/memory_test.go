package plan

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// TestGrantMemory: the plugin that keeps most decides, whatever its runtime and place, and then
// all are granted memory for as many flows.
func TestGrantMemory(t *testing.T) {
	loaded := func(name string, state sdk.State, r plugin.Runtime) Plugin {
		a := &plugin.Artefact{Plugin: &sdk.Plugin{Name: name, State: state}}
		return Plugin{Loaded: plugin.Loaded{Artefact: a, Runtime: r}}
	}
	for _, c := range []struct {
		name                string
		maxMemory, maxFlows uint32
		flows               uint32
		memory              [3]uint64 // MiB, of a plugin that keeps 0, 1024 and 256 bytes
		warning             string
	}{
		{"all fits", 0, 1 << 20, 1 << 20, [3]uint64{64, 64 + 3072, 64 + 768}, ""},
		{"addresses end", 0, 1 << 21, 3520 << 20 / 3072, [3]uint64{64, 3583, 943}, "instead of 2097152: plugin most keeps 1024 bytes of each, and a plugin has at most 3584 MiB: set flow.max_flows=1201493"},
		{"the user's limit", 160, 1 << 20, 32 << 10, [3]uint64{160, 160, 160}, "at most 32768 live flows instead of 1048576: plugin most keeps 1024 bytes of each, and runtime.max_memory=160 has no room for more: raise it, or set flow.max_flows=32768"},
		{"the user's highest", 3584, 1 << 21, 3520 << 20 / 3072, [3]uint64{3584, 3584, 3584}, "a plugin has at most 3584 MiB"},
		{"a limit that just does", 160, 32 << 10, 32 << 10, [3]uint64{160, 160, 160}, ""},
		{"the lowest", 32, 1 << 22, 16 << 10 / 3, [3]uint64{32, 32, 32}, "at most 5461 live flows"},
	} {
		var warnings []string
		p := &Plan{Own: Own{MaxMemory: c.maxMemory, MaxFlows: c.maxFlows}}
		p.Plugins = []Plugin{loaded("none", 0, plugin.Wasm), loaded("most", 1024, plugin.Inproc), loaded("less", 256, plugin.Process)}
		if err := p.grantMemory(&Config{Warn: func(line string) { warnings = append(warnings, line) }}); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var memory [3]uint64
		for i := range memory {
			memory[i] = p.Plugins[i].Memory >> 20
		}
		text := strings.Join(warnings, "\n")
		if p.MaxFlows != c.flows || memory != c.memory || (text == "") != (c.warning == "") || !strings.Contains(text, c.warning) {
			t.Errorf("%s: %d flows, want %d; %d MiB, want %d; warning %q, want %q", c.name, p.MaxFlows, c.flows, memory, c.memory, text, c.warning)
		}
	}
}

// TestMemoryBeside: what a plugin needs beside its flows is granted, or the run is refused.
func TestMemoryBeside(t *testing.T) {
	for _, c := range []struct {
		maxMemory uint32
		granted   uint64 // MiB
		want      string
	}{
		{0, 96, ""},
		{64, 64, ""},
		{63, 0, "plugin maps needs 32 MiB beside its flows, for which runtime.max_memory=63 has no room: set 64 or more"},
	} {
		a := &plugin.Artefact{Plugin: &sdk.Plugin{Name: "maps", Memory: 32 << 20}}
		p := &Plan{Own: Own{MaxMemory: c.maxMemory, MaxFlows: 100}, Plugins: []Plugin{{Loaded: plugin.Loaded{Artefact: a, Runtime: plugin.Wasm}}}}
		err := p.grantMemory(&Config{Warn: func(line string) { t.Errorf("%d: %s", c.maxMemory, line) }})
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want || p.Plugins[0].Memory>>20 != c.granted {
			t.Errorf("max_memory=%d: granted %d MiB, %v; want %d, %s", c.maxMemory, p.Plugins[0].Memory>>20, err, c.granted, c.want)
		}
	}
}
