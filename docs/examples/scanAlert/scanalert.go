// Package scanalert tells of hosts that scan, once each, within seconds.
package scanalert

import (
	"strconv"
	"time"

	"example.com/scanners"

	"github.com/t2host/t2host/sdk"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.StreamSettings
	Least uint32
}

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "scanAlert", Number: 960, Version: "0.1.0",
	Doc:      "sends a line for each host that scans",
	Defaults: Settings{StreamSettings: sdk.StreamDefaults(""), Least: 20},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.StreamSettings.Settings(), sdk.Uint32Setting("least", &s.Least, "SYNs", 1, 1<<31, "that nobody answered make a host one that scans"))
	},
	Requires: []sdk.Requirement{{Name: "scanners", Versions: "^0.1"}},
	Imports:  []sdk.AnyTable{scanners.Hosts},
	Ticks:    sdk.Every(time.Second),
	Outlets:  []sdk.Outlet{{Name: "alerts", Kind: sdk.StreamOutlet, Setting: "to"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, hosts: scanners.Hosts.View(env), alerts: env.Outlet("alerts"), told: map[sdk.IP]bool{}}
	return &sdk.Loop{Tick: k.tick, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	hosts  *sdk.TableView[sdk.IP, scanners.Row]
	alerts *sdk.OutletWriter
	told   map[sdk.IP]bool
	buf    []byte
}

func (k *sink) tick(tick sdk.TickRow) error {
	k.alert(tick.Moment, tick.Time())
	return nil
}

// alert sends a line for each host that is new.
func (k *sink) alert(at sdk.Moment, now int64) {
	for ip, row := range k.hosts.All(at) {
		if row.SYNs < uint64(k.Least) || k.told[ip] {
			continue
		}
		k.told[ip] = true
		b := append(ip.Append(append(k.buf[:0], `{"ip":"`...)), `","syns":`...)
		b = append(strconv.AppendUint(b, row.SYNs, 10), `,"first":"`...)
		b = append(time.Unix(0, row.First).UTC().AppendFormat(b, time.RFC3339Nano), `","seen":"`...)
		k.buf = append(time.Unix(0, now).UTC().AppendFormat(b, time.RFC3339Nano), "\"}\n"...)
		k.alerts.Send(k.buf)
	}
}

// report adds the plugin's lines to the end report.
func (k *sink) report(r *sdk.Report) { r.Summary("Alerts: " + sdk.Count(uint64(len(k.told)))) }
