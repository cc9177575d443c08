package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/carry"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// pluginsCommand shows what can be loaded.
func pluginsCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plugins [NAME]",
		Short: "list the plugins that can be loaded, or show all about one",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("plugins takes one name at most")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			catalogue, err := o.catalogue()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if catalogue, err = named(catalogue, args[0]); err != nil {
					return err
				}
			}
			sortPlugins(catalogue)
			switch {
			case asJSON:
				return listJSON(o.stdout, catalogue)
			case len(args) == 1:
				return show(o.stdout, catalogue[0])
			}
			return list(o.stdout, catalogue)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the whole manifest of each")
	folderFlag(cmd, o)
	return cmd
}

func folderFlag(cmd *cobra.Command, o *options) {
	cmd.Flags().StringArrayVarP(&o.folders, "plugin-folder", "P", nil, "look for plugins in `DIR` first")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "say where each plugin was found, and what was passed over")
}

// named is the one plugin of that name.
func named(catalogue []*plugin.Artefact, name string) ([]*plugin.Artefact, error) {
	var names []string
	for _, a := range catalogue {
		if plugin.Key(a.Name) == plugin.Key(name) {
			return []*plugin.Artefact{a}, nil
		}
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return nil, usagef("plugin %s is not there%s (known: %s)", name, nearest.Hint(name, names), strings.Join(names, ", "))
}

func sortPlugins(list []*plugin.Artefact) {
	slices.SortFunc(list, func(a, b *plugin.Artefact) int {
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return strings.Compare(a.Name, b.Name)
	})
}

// kind is the plugin's kind by its number: T2's range for sinks.
func kind(p *sdk.Plugin) string {
	if p.Number >= 900 {
		return "sink"
	}
	return "flow"
}

// forms are the runtimes that the plugin has here.
func forms(a *plugin.Artefact) []string {
	var list []string
	for _, r := range []plugin.Runtime{plugin.Wasm, plugin.Process, plugin.Inproc} {
		if a.Has(r) && (r != plugin.Wasm || !a.BuiltIn || carry.HasModule()) {
			list = append(list, string(r))
		}
	}
	return list
}

func list(w io.Writer, catalogue []*plugin.Artefact) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NR\tNAME\tVERSION\tKIND\tRUNTIMES\tFROM\tWHAT IT DOES")
	for _, a := range catalogue {
		fmt.Fprintf(t, "%03d\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Number, a.Name, a.Version, kind(a.Plugin), strings.Join(forms(a), ","), a.From, a.Doc)
	}
	return t.Flush()
}

func listJSON(w io.Writer, catalogue []*plugin.Artefact) error {
	type entry struct {
		Number   int             `json:"number"`
		Name     string          `json:"name"`
		Version  string          `json:"version"`
		Kind     string          `json:"kind"`
		Runtimes []string        `json:"runtimes"`
		From     string          `json:"from"`
		Doc      string          `json:"doc"`
		Manifest json.RawMessage `json:"manifest"`
	}
	entries := []entry{}
	for _, a := range catalogue {
		entries = append(entries, entry{
			a.Number, a.Name, a.Version, kind(a.Plugin), forms(a), a.From, a.Doc, wire.AppendManifest(nil, a.Plugin),
		})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(entries)
}

// show writes a plugin's manifest for reading.
func show(w io.Writer, a *plugin.Artefact) error {
	fmt.Fprintf(w, "%s %s: %s\n\n", a.Name, a.Version, a.Doc)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	line("number", "%d (%s)", a.Number, kind(a.Plugin))
	line("runtimes", "%s", strings.Join(forms(a), ", "))
	line("from", "%s", a.From)
	for _, f := range []struct {
		name string
		plugin.File
	}{{"module", a.Module}, {"executable", a.Executable}} {
		if f.Path != "" {
			line(f.name, "%s, sha256 %s", f.Path, f.SHA256)
		}
	}
	for _, r := range a.Requires {
		line("requires", "%s %s%s", r.Name, r.Versions, map[bool]string{true: " (optional)"}[r.Optional])
	}
	if a.Packets.Rows != sdk.NoRows {
		line("reads", "%s packets: %s", wire.RowKinds[a.Packets.Rows], strings.Join(a.Packets.Fields.Names(), ", "))
	}
	if a.Ends.On {
		line("reads", "flow ends: %s", strings.Join(a.Ends.Fields.Names(), ", "))
	}
	for _, c := range a.Ends.Columns {
		line("reads", "column %s (%s)", c.Name, c.Type)
	}
	for _, i := range a.Imports {
		line("reads", "table %s", i.Name)
	}
	for _, out := range a.Outlets {
		line("writes", "%s: a %s, by setting %s", out.Name, wire.OutletKinds[out.Kind], out.Setting)
	}
	if len(a.Settings) > 0 {
		fmt.Fprintln(t, "\nSETTING\tDEFAULT\tTAKES\tMEANING")
		for _, s := range a.Settings {
			fmt.Fprintf(t, "%s.%s\t%s\t%s\t%s\n", a.Name, s.Name, s.Default, s.Takes(), s.Doc)
		}
	}
	if len(a.Columns) > 0 {
		fmt.Fprintln(t, "\nCOLUMN\tTYPE\tMEANING")
		for _, c := range a.Columns {
			fmt.Fprintf(t, "%s\t%s\t%s\n", c.Name, c.Type, c.Doc)
		}
	}
	for _, e := range a.Exports {
		fmt.Fprintf(t, "\nTABLE %s\n", e.Name)
		for _, c := range e.Key {
			fmt.Fprintf(t, "key\t%s\t%s\n", c.Name, c.Type)
		}
		for _, c := range e.Row {
			fmt.Fprintf(t, "row\t%s\t%s\n", c.Name, c.Type)
		}
	}
	return t.Flush()
}
