package plugin

import (
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/t2host/t2host/sdk"
)

// CheckDeclaration returns an error if a plugin cannot be loaded whatever the others are: it declares nonsense, has a version that cannot
// be compared or a name that t2host's own settings have, requires itself, or a plugin twice, or in a range that is none.
func CheckDeclaration(p *sdk.Plugin) error {
	if err := p.Validate(); err != nil {
		return fmt.Errorf("plugin %s: %w", p.Name, err)
	}
	if _, err := semver.StrictNewVersion(p.Version); err != nil {
		return fmt.Errorf("plugin %s: version %q is not a semantic version such as 1.0.0", p.Name, p.Version)
	}
	if slices.Contains(Reserved, Key(p.Name)) {
		return fmt.Errorf("plugin %s: the settings of t2host itself have that name: give the plugin another one", p.Name)
	}
	known := map[string]bool{}
	for _, q := range p.Requires {
		switch key := Key(q.Name); {
		case key == Key(p.Name):
			return fmt.Errorf("plugin %s requires itself", p.Name)
		case known[key]:
			return fmt.Errorf("plugin %s requires %s twice", p.Name, q.Name)
		default:
			known[key] = true
		}
		if q.Versions == "" {
			continue
		}
		if _, err := semver.NewConstraint(q.Versions); err != nil {
			return fmt.Errorf("plugin %s: the range %q for %s is not one such as ^1.2 or >=1.0, <3", p.Name, q.Versions, q.Name)
		}
	}
	return nil
}
