package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/lock"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
)

// lockCommand returns the command that writes down which plugins a run may load.
func lockCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lock NAME...",
		Short: "write " + lock.FileName + ": the plugins, and what they require, with their versions and checksums, that a run with --locked may load",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("lock requires names of plugins")
			}
			loaded, err := o.resolved(args)
			if err != nil {
				return err
			}
			f := lock.Of(loaded)
			if err := f.Write(lock.FileName); err != nil {
				return fmt.Errorf("lock: %w", err)
			}
			for _, p := range f.Plugins {
				fmt.Fprintf(o.stdout, "%s %s is locked\n", p.Name, p.Version)
			}
			fmt.Fprintf(o.stdout, "%s: %d plugins; next: t2host --locked -r FILE -p %s\n", lock.FileName, len(f.Plugins), strings.Join(args, ","))
			return nil
		},
	}
	folderFlag(cmd, o)
	return cmd
}

// resolved returns the plugins that words name, and what they require.
func (o *options) resolved(words []string) ([]plugin.Loaded, error) {
	requests, err := requestsOf(words)
	if err != nil {
		return nil, err
	}
	found, err := o.search()
	if err != nil {
		return nil, err
	}
	loaded, err := plugin.Resolve(found.Catalogue, requests)
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	return loaded, nil
}

// obeyLock returns an error if the run's plugins are not those of the lock file.
func obeyLock(catalogue []*plugin.Artefact, requests []plugin.Request) error {
	f, err := lock.Read(lock.FileName)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	for _, q := range requests {
		if q.Path != "" {
			return usagef("--locked: plugin %s is named by its path: install it, and lock it", q.Path)
		}
	}
	loaded, err := plugin.Resolve(catalogue, requests)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	if err := f.Check(loaded); err != nil {
		return &host.UsageError{Err: fmt.Errorf("%s: %w", lock.FileName, err)}
	}
	return nil
}

// auditCommand returns the command that shows what plugins of others may do.
func auditCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit [NAME...]",
		Short: "show what plugins that did not come with t2host declare, what is found in their files, and whether they are as they were locked",
		RunE:  func(_ *cobra.Command, args []string) error { return o.audit(args) },
	}
	folderFlag(cmd, o)
	return cmd
}

func (o *options) audit(names []string) error {
	found, err := o.search()
	if err != nil {
		return err
	}
	var list []*plugin.Artefact
	for _, name := range names {
		a, err := plugin.Named(found.Catalogue, name)
		if err != nil {
			return &host.UsageError{Err: err}
		}
		list = append(list, a)
	}
	if len(names) == 0 {
		for _, a := range found.Catalogue {
			if !a.BuiltIn {
				list = append(list, a)
			}
		}
	}
	f, err := lock.Read(lock.FileName)
	if err != nil {
		if _, statErr := os.Stat(lock.FileName); statErr == nil {
			return &host.UsageError{Err: err}
		}
		f = nil // there is none
	}
	if len(list) == 0 {
		fmt.Fprintln(o.stdout, "no plugin but those that come with t2host")
	}
	for _, a := range list {
		if err := o.auditOne(a, f); err != nil {
			return fmt.Errorf("plugin %s: %w", a.Name, err)
		}
	}
	return nil
}

// outletKinds are what outlets send, for the user.
var outletKinds = map[sdk.OutletKind]string{sdk.FileOutlet: "a file", sdk.StreamOutlet: "frames", sdk.RecordOutlet: "a file of records", sdk.RowOutlet: "rows"}

// auditOne shows a plugin.
func (o *options) auditOne(a *plugin.Artefact, f *lock.File) error {
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(o.stdout, "  %-10s %s\n", what, printable.Line(text))
		}
	}
	fmt.Fprintf(o.stdout, "%s %s, %s\n", a.Name, a.Version, printable.Line(a.From))
	line("reads", reads(a))
	for _, out := range a.Outlets {
		text := out.Name + ", " + outletKinds[out.Kind]
		if out.Setting != "" {
			text += ", where setting " + out.Setting + " says"
		}
		line("sends", text)
	}
	for _, file := range a.Files {
		line("reads file", "that setting "+file.Setting+" names, at most "+fmt.Sprint(file.Max)+" bytes")
	}
	line("needs", strings.Join(a.Needs, ", "))
	if a.Module.Path != "" {
		code, err := os.ReadFile(a.Module.Path)
		if err != nil {
			return err
		}
		imports, err := wasm.Imports(code)
		if err != nil {
			return err
		}
		line("module", fmt.Sprintf("%d bytes, sha256 %s", len(code), a.Module.SHA256))
		line("imports", strings.Join(imports, ", "))
	}
	if a.Executable.Path != "" {
		info, err := os.Stat(a.Executable.Path)
		if err != nil {
			return err
		}
		line("executable", fmt.Sprintf("%d bytes, sha256 %s", info.Size(), a.Executable.SHA256))
	}
	switch {
	case a.BuiltIn || f == nil:
	case f.Differs(a) == "":
		line("lock", "as it was locked")
	default:
		line("lock", f.Differs(a))
	}
	return nil
}

// reads tells what a plugin gets of the traffic.
func reads(a *plugin.Artefact) string {
	var list []string
	if a.Starts.On {
		list = append(list, "begins of flows")
	}
	if a.Packets.Rows != 0 {
		text := "packets"
		if a.Packets.PayloadLen > 0 {
			text += fmt.Sprintf(" with %d bytes of payload", a.Packets.PayloadLen)
		}
		if a.Packets.HeaderLen > 0 {
			text += fmt.Sprintf(" with %d bytes from the IP header on", a.Packets.HeaderLen)
		}
		list = append(list, text)
	}
	if a.Ends.On {
		text := "ends of flows"
		if a.Ends.All {
			text += " with all columns"
		}
		list = append(list, text)
	}
	for _, t := range a.Imports {
		list = append(list, "table "+t.Name)
	}
	return strings.Join(list, "; ")
}
