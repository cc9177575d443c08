package scaffold

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// SDK is the folder of a plugin that holds the module's source.
const SDK = "third_party/t2host"

// modulePath is that of the SDK.
const modulePath = "github.com/t2host/t2host"

// Module gives the plugin's go.mod and go.sum, and the SDK that they lead to, by their
// paths. The archive is the module's source.
func (p *Plugin) Module(archive []byte) (map[string][]byte, error) {
	return Renewed([]byte("module example.com/"+p.key()+"\n"), nil, archive)
}

// Renewed gives the go.mod and go.sum that lead to the SDK of the archive, and that
// SDK, by their paths in a plugin's folder. The plugin's requirements are the SDK's
// and its own, so that they need no tidying and no network.
func Renewed(mod, sum, archive []byte) (map[string][]byte, error) {
	files, err := unpack(archive)
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
		return nil, fmt.Errorf("go.mod: it names no module")
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

// joined are the lines of two go.sum files, sorted.
func joined(a, b []byte) []byte {
	lines := slices.Collect(strings.Lines(string(a) + string(b)))
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), ""))
}

// unpack gives the files of the SDK by their paths in a plugin's folder.
func unpack(archive []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("source of the SDK: %w", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("source of the SDK: a file called %q", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("source of the SDK: %w", err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("source of the SDK: %s: %w", f.Name, err)
		}
		files[SDK+"/"+f.Name] = data
	}
	return files, nil
}
