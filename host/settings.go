package host

import (
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// Groups returns the settings of the host and of the plugins of a catalogue.
func Groups(catalogue []*plugin.Artefact) []settings.Group { return plan.Groups(catalogue) }

// OwnGroups returns the host's own settings; the first group has no name, and its keys no
// group.
func OwnGroups() []settings.Group { return plan.OwnGroups() }

// CheckSettings returns an error if a run with these groups would refuse the values.
func CheckSettings(v *settings.Values, groups []settings.Group, drivers []*drive.Kind) error {
	return plan.CheckSettings(v, groups, drivers)
}

// Granted returns the bytes of memory that a run with these settings grants a plugin, and of how many live flows it can keep its state.
func Granted(v *settings.Values, p *sdk.Plugin) (bytes uint64, flows uint32, err error) {
	return plan.Granted(v, p)
}

// CheckTargets returns an error if the rows of a run with these plugins cannot go where the settings say: to [to], and to the
// targets of the plugins. Nothing is opened or made.
func CheckTargets(v *settings.Values, catalogue []*plugin.Artefact, plugins []plugin.Request, drivers []*drive.Kind) error {
	return plan.CheckTargets(plan.Config{Plugins: plugins, Catalogue: catalogue, Settings: v, Drivers: drivers})
}

// CheckValue returns an error if text is not a value of a group's setting.
func CheckValue(g settings.Group, s *sdk.Setting, text string, drivers []*drive.Kind) error {
	return plan.CheckValue(g, s, text, drivers)
}
