package check

import "github.com/t2host/t2host/sdk"

// readsAll reports whether the plugin reads, or passes on, all columns of a run.
func readsAll(p *sdk.Plugin) bool {
	if p.Ends.All {
		return true
	}
	for _, o := range p.Outlets {
		if len(o.Pass) > 0 && o.Pass[0] == sdk.PassAll {
			return true
		}
	}
	return false
}
