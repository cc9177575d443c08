// Package manifest parses an artefact's answer to describe and returns the
// declarations of its plugins. It refuses what it does not know: a host that
// skipped a part of a declaration would produce wrong results.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// MaxSize bounds a manifest in bytes.
const MaxSize = 1 << 20

// maxPlugins bounds the plugins of an artefact: each that runs is a process or a sandbox.
const maxPlugins = 64

// Bounds of what an error shows of a manifest, in bytes: of an invalid name, and of all.
const (
	maxName  = 64
	maxError = 1024
)

// Read reads a manifest. The plugins that it returns are valid except for Open, which returns
// an error: a carrier sets it.
//
// # Errors
//
// The error for another ABI version than [wire.Version] is a [wire.VersionError].
func Read(data []byte) ([]*sdk.Plugin, error) {
	list, err := read(data)
	if err != nil && len(err.Error()) > maxError {
		err = errors.New(strings.ToValidUTF8(err.Error()[:maxError], "") + "…")
	}
	return list, err
}

func read(data []byte) ([]*sdk.Plugin, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("manifest of %d bytes: at most %d are allowed", len(data), MaxSize)
	}
	var version struct{ ABI int }
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("manifest: %w", JSONError(err))
	}
	if version.ABI != wire.Version {
		return nil, wire.VersionError(version.ABI)
	}
	if err := checkUses(data); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	var m struct {
		ABI     int      `json:"abi"`
		Plugins []plugin `json:"plugins"`
	}
	if err := Decode(data, &m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if len(m.Plugins) == 0 {
		return nil, errors.New("manifest: no plugin in it")
	}
	if len(m.Plugins) > maxPlugins {
		return nil, fmt.Errorf("manifest: %d plugins in it: at most %d are possible", len(m.Plugins), maxPlugins)
	}
	var list []*sdk.Plugin
	seen := map[string]bool{}
	for i := range m.Plugins {
		p, err := m.Plugins[i].declaration()
		if err == nil {
			err = p.Validate()
		}
		if err == nil && seen[p.Name] {
			err = errors.New("declared twice")
		}
		if err != nil {
			name := m.Plugins[i].Name
			if !sdk.ValidName(name) {
				name = strconv.Quote(name[:min(len(name), maxName)])
			}
			return nil, fmt.Errorf("manifest: plugin %s: %w", name, err)
		}
		seen[p.Name] = true
		list = append(list, p)
	}
	return list, nil
}

// used are the parts of the contract that a manifest of this version may name in its uses: those
// that came after the version's first.
var used = []string{}

// checkUses refuses a part of the contract that a plugin cannot do without and this host does not
// know, before its declaration is read, of which that part may be a member.
func checkUses(data []byte) error {
	var m struct {
		Plugins []struct {
			Name string   `json:"name"`
			Uses []string `json:"uses"`
		} `json:"plugins"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil // reported where all is read
	}
	for _, p := range m.Plugins {
		for _, name := range p.Uses {
			if !slices.Contains(used, name) {
				return fmt.Errorf("plugin %s uses %s, which this t2host lacks: a newer one has it", strconv.Quote(p.Name[:min(len(p.Name), maxName)]), strconv.Quote(name[:min(len(name), maxName)]))
			}
		}
	}
	return nil
}

// Decode reads one JSON value, whose fields must all be known, into v, a pointer.
func Decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return JSONError(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("trailing data after the top-level value")
	}
	return nil
}

// JSONError returns an error of encoding/json without the words of Go.
func JSONError(err error) error {
	var t *json.UnmarshalTypeError
	switch {
	case err == io.EOF:
		return errors.New("is empty")
	case err == io.ErrUnexpectedEOF:
		return errors.New("ends in the middle")
	case errors.As(err, &t):
		if t.Field == "" {
			return fmt.Errorf("unexpected JSON %s", t.Value)
		}
		return fmt.Errorf("%s: unexpected JSON %s", t.Field, t.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// Same reports whether two plugins have the same declaration.
func Same(a, b *sdk.Plugin) bool {
	return bytes.Equal(wire.AppendManifest(nil, a), wire.AppendManifest(nil, b))
}
