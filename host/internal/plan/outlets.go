package plan

import (
	"fmt"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/internal/undelivered"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// undeliveredEnd is what follows the prefix in the name of the file that keeps what could not
// be delivered.
const undeliveredEnd = "_undelivered.bin"

// outletsOf returns where the outlets of a plugin lead that has these values.
func outletsOf(c *Config, p *sdk.Plugin, values []setting.Value, kept *undelivered.File) ([]outlet.Config, error) {
	var list []outlet.Config
	for _, decl := range p.Outlets {
		cfg := outlet.Config{Name: p.Name + "." + decl.Name}
		var err error
		switch decl.Kind {
		case sdk.StreamOutlet:
			cfg.Undelivered, cfg.Named = kept, c.Settings.Has(p.Name, decl.Setting)
			if c.replaced(p, &decl) != nil {
				break
			}
			err = streamOutlet(&cfg, c, p.Name, decl, values)
		case sdk.RecordOutlet:
			err = records(&cfg, c, decl, values)
		case sdk.RowOutlet: // see makeTargets
		default:
			err = plain(&cfg, c, decl, values)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, cfg)
	}
	return list, nil
}

// streamOutlet follows the settings of a stream outlet.
func streamOutlet(cfg *outlet.Config, c *Config, name string, decl sdk.Outlet, values []setting.Value) error {
	var s sdk.StreamSettings
	if err := bind(s.Settings(), "to", decl.Setting, values); err != nil {
		return err
	}
	if s.To == "" {
		return fmt.Errorf("outlet %s has no target: set one: --set %s.%s=TARGET (tcp://HOST:PORT, file:PATH, or - for standard output)",
			decl.Name, plugin.Key(name), decl.Setting)
	}
	if err := target.Frames(cfg, s.To, c.Drivers, c.Run); err != nil {
		return err
	}
	cfg.Hint = "--set " + name + "." + decl.Setting + "=-"
	cfg.Wait, cfg.QueueBytes, cfg.Drain = s.OnAbsent == "wait", int(s.Queue), time.Duration(s.Drain)*time.Second
	if s.Drain == 0 {
		cfg.Drain = -1 // not at all
	}
	return nil
}

// records follows the settings of a record outlet.
func records(cfg *outlet.Config, c *Config, decl sdk.Outlet, values []setting.Value) error {
	var s sdk.RecordSettings
	if err := bind(s.Settings(), "suffix", decl.Setting, values); err != nil {
		return err
	}
	cfg.Gzip, cfg.Numbered, cfg.First = s.Gzip, s.Split != "", int(s.Start)
	cfg.Target = outlet.File(c.Prefix + s.Suffix)
	if c.RecordsToStdout {
		cfg.Target = outlet.Stdout()
	}
	return nil
}

// plain follows the one setting of a file outlet.
func plain(cfg *outlet.Config, c *Config, decl sdk.Outlet, values []setting.Value) error {
	var s sdk.RecordSettings
	if err := bind([]sdk.Setting{*setting.Find(s.Settings(), "suffix")}, "suffix", decl.Setting, values); err != nil {
		return err
	}
	cfg.Target = outlet.File(c.Prefix + s.Suffix)
	return nil
}

// bind stores the values of those settings that the plugin declares too; its setting called
// declared is the one called name among them. Of several values the last one counts.
func bind(settings []sdk.Setting, name, declared string, values []setting.Value) error {
	setting.Find(settings, name).Name = declared
	for _, v := range values {
		if setting.Find(settings, v.Name) == nil {
			continue
		}
		if err := setting.Apply(settings, []setting.Value{v}); err != nil {
			return err
		}
	}
	return nil
}
