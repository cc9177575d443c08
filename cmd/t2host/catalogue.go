package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
)

// catalogue is all that can be loaded: from the folders, and built in.
func (o *options) catalogue() ([]*plugin.Artefact, error) {
	found, err := plugin.Search(plugin.Folders(o.folders, os.Getenv), plugin.BuiltIn(all.Plugins()...))
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	if o.verbose {
		for _, a := range found.Catalogue {
			fmt.Fprintf(o.stderr, "t2host: plugin %s %s: %s\n", a.Name, a.Version, a.From)
		}
		for _, s := range found.Shadowed {
			fmt.Fprintf(o.stderr, "t2host: passed over: plugin %s %s: %s\n", s.Name, s.Version, s.From)
		}
	}
	return found.Catalogue, nil
}

// readPins reads NAME=SHA256.
func readPins(words []string) (map[string]string, error) {
	pins := map[string]string{}
	for _, w := range words {
		name, sum, _ := strings.Cut(w, "=")
		if sum = strings.ToLower(sum); !plugin.ValidSum(sum) || name == "" {
			return nil, usagef("--pin %s: takes NAME=SHA256, 64 hex digits", w)
		}
		pins[plugin.Key(name)] = sum
	}
	return pins, nil
}

// cacheDir is where compiled modules are kept; empty if the user has no cache
// folder.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "t2host", "wasm")
}
