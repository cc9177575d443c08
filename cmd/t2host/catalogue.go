package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/plugins/all"
)

// search finds all plugins that can be loaded, from the folders and built in. With -v it shows
// what it found and what was passed over.
func (o *options) search() (*plugin.Found, error) {
	found, err := plugin.Search(plugin.Folders(o.folders, os.Getenv), plugin.BuiltIn(all.Plugins()...))
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	if !o.verbose {
		return found, nil
	}
	from := map[string]string{}
	for _, a := range found.Catalogue {
		from[plugin.Key(a.Name)] = a.From
		a.Replaces = nil // it is reported below
		o.tell(fmt.Sprintf("plugin %s %s: %s", a.Name, a.Version, printable.Line(a.From)))
	}
	for _, a := range found.Shadowed {
		o.tell(fmt.Sprintf("plugin %s %s: %s: passed over, %s comes first", a.Name, a.Version, printable.Line(a.From), printable.Line(from[plugin.Key(a.Name)])))
	}
	return found, nil
}

// described returns all plugins that can be loaded, those that words request by path among
// them, and the words as requests by name.
func (o *options) described(words []string) ([]*plugin.Artefact, []plugin.Request, error) {
	requests, err := requestsOf(words)
	if err != nil {
		return nil, nil, err
	}
	found, err := o.search()
	if err != nil {
		return nil, nil, err
	}
	k := o.carrier()
	defer k.Close()
	catalogue, named, err := plugin.Describe(k, found.Catalogue, requests)
	if err != nil {
		return nil, nil, &host.UsageError{Err: err}
	}
	return catalogue, named, nil
}

// requestsOf parses words of -p.
func requestsOf(words []string) ([]plugin.Request, error) {
	requests, err := plugin.ParseRequests(words)
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	return requests, nil
}

// launcher is what carriers of all runtimes have in common.
func launcher() launch.Config { return launch.Config{CacheDir: cacheDir(), OwnModule: ownModule()} }

// carrier returns a carrier that asks artefacts what they are; it has no run's settings.
func (o *options) carrier() plugin.Carrier {
	return launcher().Carrier(plugin.CarrierConfig{Consent: o.consent, Note: o.tell, Warn: o.tell})
}

// readConsent completes the consent by the flags that are not read yet.
func (o *options) readConsent() (err error) {
	if o.consent.Grants, err = readGrants(o.grants); err != nil {
		return err
	}
	o.consent.Pins, err = readPins(o.pins)
	return err
}

func grantFlag(cmd *cobra.Command, o *options) {
	cmd.Flags().StringArrayVar(&o.grants, "grant", nil, "allow plugin `NAME=GRANT`, which runs in a process, what it needs: children, net:HOST:PORT or read:/PATH, several separated by commas")
}

// readPins reads NAME=SHA256 or PATH=SHA256.
func readPins(words []string) (map[string]string, error) {
	pins := map[string]string{}
	for _, w := range words {
		name, sum := w, ""
		if i := strings.LastIndexByte(w, '='); i >= 0 {
			name, sum = w[:i], w[i+1:]
		}
		if sum = strings.ToLower(sum); !plugin.ValidSum(sum) || name == "" {
			return nil, usagef("--pin %s: expected NAME=SHA256, 64 hex digits", w)
		}
		if other, ok := pins[plugin.Key(name)]; ok && other != sum {
			return nil, usagef("--pin %s: %s is pinned to another checksum too: use one", w, name)
		}
		pins[plugin.Key(name)] = sum
	}
	return pins, nil
}

// readGrants reads NAME=GRANT[,GRANT]...
func readGrants(words []string) (map[string]plugin.Grant, error) {
	grants := map[string]plugin.Grant{}
	for _, w := range words {
		name, list, ok := strings.Cut(w, "=")
		if !ok || name == "" || list == "" {
			return nil, usagef("--grant %s: expected NAME=GRANT[,GRANT]", w)
		}
		g := grants[plugin.Key(name)]
		for word := range strings.SplitSeq(list, ",") {
			if err := g.Add(word); err != nil {
				return nil, usagef("--grant %s: %v", w, err)
			}
		}
		grants[plugin.Key(name)] = g
	}
	return grants, nil
}

// cacheDir returns where compiled modules are kept, or "" if the user has no cache folder.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "t2host")
}

// ownModule returns what the module of t2host's own plugins is built from if it is not built
// in, and where it is kept.
func ownModule() firstparty.Config {
	c := firstparty.Config{Source: t2host.Source()}
	if dir := cacheDir(); dir != "" {
		c.Dir = filepath.Join(dir, "module")
	}
	return c
}
