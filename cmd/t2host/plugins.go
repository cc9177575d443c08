package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/wire"
)

// pluginsCommand returns the command that shows what can be loaded.
func pluginsCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plugins [NAME | PATH]",
		Short: "list the plugins that can be loaded, or show all about one",
		Args:  atMost(1, "plugins accepts at most one name"),
		RunE: func(_ *cobra.Command, args []string) error {
			catalogue, named, err := o.described(args)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if catalogue, err = only(catalogue, named); err != nil {
					return err
				}
			}
			plugin.Sort(catalogue)
			switch {
			case asJSON:
				return listJSON(o.stdout, catalogue)
			case len(args) == 1:
				return show(o.stdout, catalogue)
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
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "show where each plugin was found, and what was passed over")
}

// only returns the plugins that are requested by name.
func only(catalogue []*plugin.Artefact, requests []plugin.Request) ([]*plugin.Artefact, error) {
	var list []*plugin.Artefact
	for _, q := range requests {
		a, err := plugin.Named(catalogue, q.Name)
		if err != nil {
			return nil, &host.UsageError{Err: err}
		}
		list = append(list, a)
	}
	return list, nil
}

// kind returns the plugin's kind by its number: T2's range for sinks.
func kind(p *sdk.Plugin) string {
	if p.IsSink() {
		return "sink"
	}
	return "flow"
}

// forms returns the runtimes in which the plugin can run here; a worker is another place for
// the same module.
func forms(a *plugin.Artefact) []string {
	var list []string
	for _, r := range []plugin.Runtime{plugin.Wasm, plugin.Process, plugin.Inproc} {
		if a.Has(r) {
			list = append(list, string(r))
		}
	}
	return list
}

// where describes where a plugin comes from.
func where(a *plugin.Artefact) string {
	text := strings.Join(forms(a), ", ")
	if a.BuiltIn || !a.Has(plugin.Wasm) {
		return text
	}
	return text + " (the module in a worker, with --trust " + a.Name + " in t2host itself)"
}

func list(w io.Writer, catalogue []*plugin.Artefact) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NR\tNAME\tVERSION\tKIND\tRUNTIMES\tFROM\tWHAT IT DOES")
	for _, a := range catalogue {
		fmt.Fprintf(t, "%03d\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Number, a.Name, a.Version, kind(a.Plugin), strings.Join(forms(a), ","), printable.Line(a.From), printable.Line(a.Doc))
	}
	return t.Flush()
}

func listJSON(w io.Writer, catalogue []*plugin.Artefact) error {
	type file struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	}
	type entry struct {
		Number     int             `json:"number"`
		Name       string          `json:"name"`
		Version    string          `json:"version"`
		Kind       string          `json:"kind"`
		Runtimes   []string        `json:"runtimes"`
		From       string          `json:"from"`
		Module     *file           `json:"module,omitempty"`
		Executable *file           `json:"executable,omitempty"`
		Doc        string          `json:"doc"`
		Manifest   json.RawMessage `json:"manifest"`
	}
	entries := []entry{}
	for _, a := range catalogue {
		e := entry{
			Number: a.Number, Name: a.Name, Version: a.Version, Kind: kind(a.Plugin), Runtimes: forms(a), From: a.From,
			Doc: a.Doc, Manifest: wire.AppendManifest(nil, a.Plugin),
		}
		if a.Module.Path != "" {
			e.Module = &file{a.Module.Path, a.Module.SHA256}
		}
		if a.Executable.Path != "" {
			e.Executable = &file{a.Executable.Path, a.Executable.SHA256}
		}
		entries = append(entries, e)
	}
	return writeJSON(w, entries)
}

// show prints plugins' declarations.
func show(w io.Writer, list []*plugin.Artefact) error {
	for i, a := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := showOne(w, a); err != nil {
			return err
		}
	}
	return nil
}

func showOne(w io.Writer, a *plugin.Artefact) error {
	fmt.Fprintf(w, "%s %s: %s\n\n", a.Name, a.Version, printable.Line(a.Doc))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	line("number", "%d (%s)", a.Number, kind(a.Plugin))
	line("runtimes", "%s", where(a))
	line("from", "%s", printable.Line(a.From))
	for _, b := range a.Others {
		line("also", "%s@%s from %s", b.Name, b.Version, printable.Line(b.From))
	}
	for _, f := range []struct {
		name string
		plugin.File
	}{{"module", a.Module}, {"executable", a.Executable}} {
		if f.Path != "" {
			line(f.name, "%s, sha256 %s", printable.Line(f.Path), f.SHA256)
		}
	}
	for _, r := range a.Requires {
		line("requires", "%s %s%s", r.Name, r.Versions, map[bool]string{true: " (optional)"}[r.Optional])
	}
	if a.Packets.Rows != field.NoRows {
		fields := strings.Join(a.Packets.Fields.Names(), ", ")
		if a.Packets.Fields&field.Payload != 0 {
			fields += fmt.Sprintf(" (%d bytes)", a.Packets.PayloadLen)
		}
		if a.Packets.Fields&field.Header != 0 {
			fields += fmt.Sprintf(" (%d bytes of headers)", a.Packets.HeaderLen)
		}
		line("reads", "%s packets: %s", wire.RowKinds[a.Packets.Rows], fields)
	}
	if a.Starts.On {
		line("reads", "%s", strings.TrimSuffix("begins of flows: "+strings.Join(a.Starts.Fields.Names(), ", "), ": "))
	}
	switch {
	case a.Ticks.Setting != "":
		line("called", "every %s.%s seconds of packet time", a.Name, a.Ticks.Setting)
	case a.Ticks.On():
		line("called", "every %s of packet time", time.Duration(a.Ticks.Every))
	}
	for _, r := range a.EndRules {
		line("ends flows", "by their packets with %s %s a value", r.Field.Names()[0], wire.Comparisons[r.Is])
	}
	if a.Ends.On {
		line("reads", "%s", strings.TrimSuffix("flow ends: "+strings.Join(a.Ends.Fields.Names(), ", "), ": "))
	}
	for _, c := range a.Ends.Columns {
		line("reads", "column %s (%s)", c.Name, c.Type)
	}
	for _, i := range a.Imports {
		line("reads", "table %s", i.Name)
	}
	if a.State > 0 {
		line("keeps", "%d bytes of each live flow", a.State)
	}
	if a.Plugin.Memory > 0 {
		line("needs", "%d MiB of memory beside that, and beside the 64 of all plugins", (a.Plugin.Memory+1<<20-1)>>20)
	}
	for _, f := range a.Files {
		line("reads", "the file that setting %s names, at most %d bytes: %s", f.Setting, f.Max, printable.Line(f.Doc))
	}
	for _, need := range a.Needs {
		line("needs", "%s (--grant %s=%s)", need, a.Name, plugin.Grantable(need))
	}
	for _, out := range a.Outlets {
		line("writes", "%s: %s", out.Name, leads(a.Name, out))
	}
	if len(a.Settings) > 0 {
		fmt.Fprintln(t, "\nSETTING\tDEFAULT\tACCEPTS\tMEANING")
		for _, s := range a.UserSettings() {
			fmt.Fprintf(t, "%s.%s\t%s\t%s\t%s\n", a.Name, s.Name, printable.Line(s.Default), s.Takes(), printable.Line(s.Doc))
		}
	}
	columns := func(title string, list []sdk.ColumnInfo) {
		if len(list) > 0 {
			fmt.Fprintf(t, "\n%s\tTYPE\tMEANING\n", title)
		}
		for _, c := range list {
			fmt.Fprintf(t, "%s\t%s\t%s\n", c.Name, c.Words(), printable.Line(c.Doc))
		}
	}
	columns("COLUMN", a.Columns)
	columns("AT PACKETS", a.Plugin.Packets.Columns)
	if len(a.Metrics) > 0 {
		fmt.Fprintln(t, "\nMETRIC\tUNIT\tMEANING")
		for _, m := range a.Metrics {
			fmt.Fprintf(t, "%s\t%s\t%s\n", m.Name, m.Unit, printable.Line(m.Doc))
		}
	}
	for _, e := range a.Exports {
		fmt.Fprintf(t, "\nTABLE %s\n", e.Name)
		for _, c := range e.Key {
			fmt.Fprintf(t, "key\t%s\t%s\n", c.Name, c.Words())
		}
		for _, c := range e.Row {
			fmt.Fprintf(t, "row\t%s\t%s\n", c.Name, c.Words())
		}
	}
	return t.Flush()
}

// leads describes where an outlet's bytes go.
func leads(name string, o sdk.Outlet) string {
	setting := name + "." + o.Setting
	if o.Kind == sdk.FileOutlet {
		return "a file, called by the output prefix and " + setting
	}
	return "a stream, to the target " + setting
}
