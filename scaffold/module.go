package scaffold

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// SDK is the folder of a plugin that holds the module's source.
const SDK = "third_party/t2host"

// modulePath is the module path of the SDK.
const modulePath = "github.com/t2host/t2host"

// Module returns the plugin's go.mod and go.sum, and the SDK that they lead to, by their
// paths. source is the source of t2host's module.
func (p *Plugin) Module(source fs.FS) (map[string][]byte, error) {
	return RenewedModule([]byte("module "+p.module()+"\n"), nil, source)
}

// RenewedModule returns the go.mod and go.sum that lead to the SDK of the source, and that
// SDK, by their paths in a plugin's folder. The plugin's requirements are the SDK's
// and its own, so that they need no tidying and no network.
func RenewedModule(mod, sum []byte, source fs.FS) (map[string][]byte, error) {
	files, err := vendored(source)
	if err != nil {
		return nil, err
	}
	theirs, err := modfile.Parse(SDK+"/go.mod", files[SDK+"/go.mod"], nil)
	if err != nil {
		return nil, fmt.Errorf("source of the SDK: %w", err)
	}
	own, err := modfile.Parse("go.mod", mod, nil)
	if err != nil {
		return nil, err
	}
	if own.Module == nil {
		return nil, fmt.Errorf("go.mod: no module line")
	}
	if err := own.AddGoStmt(theirs.Go.Version); err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	if err := own.AddRequire(modulePath, "v0.0.0"); err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	required := map[string]bool{}
	for _, r := range own.Require {
		required[r.Mod.Path] = true
	}
	for _, r := range theirs.Require {
		if required[r.Mod.Path] {
			err = own.AddRequire(r.Mod.Path, r.Mod.Version)
		} else {
			own.AddNewRequire(r.Mod.Path, r.Mod.Version, true)
		}
		if err != nil {
			return nil, fmt.Errorf("go.mod: %w", err)
		}
	}
	if err := own.AddReplace(modulePath, "", "./"+SDK, ""); err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	own.Cleanup()
	if files["go.mod"], err = own.Format(); err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	files["go.sum"] = joined(sum, files[SDK+"/go.sum"])
	return files, nil
}

// joined returns the lines of two go.sum files, sorted.
func joined(a, b []byte) []byte {
	lines := slices.Collect(strings.Lines(string(a) + string(b)))
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), ""))
}
