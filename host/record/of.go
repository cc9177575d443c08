package record

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// Of returns an error if a plugin is not the recorded one: the form of what crosses its border depends on its declaration.
func (r *Record) Of(p *sdk.Plugin) error {
	if !strings.EqualFold(r.Name, p.Name) {
		return fmt.Errorf("it is of plugin %s, not of %s", r.Name, p.Name)
	}
	list, err := manifest.Read(r.Manifest)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	then, now := *list[0], *p
	then.Version, then.Doc = now.Version, now.Doc // another version may be tried
	if !bytes.Equal(wire.AppendManifest(nil, &then), wire.AppendManifest(nil, &now)) {
		return fmt.Errorf("plugin %s has another declaration than version %s, which was recorded", p.Name, list[0].Version)
	}
	return nil
}
