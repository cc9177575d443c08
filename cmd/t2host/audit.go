package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/lock"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// auditing is what the user wants to know of plugins.
type auditing struct {
	*options
	capture string
	sets    []string
	lock    *lock.File // nil: there is none
}

// auditCommand returns the command that shows what plugins of others may do.
func auditCommand(o *options) *cobra.Command {
	d := &auditing{options: o}
	cmd := &cobra.Command{
		Use:   "audit [NAME...]",
		Short: "show what plugins that did not come with t2host declare, what is found in their files, what you grant them, and what they use",
		Long: `audit shows of plugins that did not come with t2host what they declare, what their modules import, whether they are as they were locked, and
what --grant allows them. With -r FILE it runs each on a capture and shows what it has used; nothing that it sends leaves.`,
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	cmd.Flags().StringVarP(&d.capture, "read", "r", "", "run them on a capture `FILE`, and show what they use")
	cmd.Flags().StringArrayVar(&d.sets, "set", nil, "a setting of that run: `PLUGIN.KEY=VALUE`")
	grantFlag(cmd, o)
	folderFlag(cmd, o)
	return cmd
}

func (o *auditing) run(names []string) error {
	if err := o.readConsent(); err != nil {
		return err
	}
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
	if o.lock, err = lock.Read(lock.FileName); err != nil {
		if _, statErr := os.Stat(lock.FileName); statErr == nil {
			return &host.UsageError{Err: err}
		}
		o.lock = nil
	}
	if len(list) == 0 {
		fmt.Fprintln(o.stdout, "no plugin but those that come with t2host")
	}
	for _, a := range list {
		err := o.show(a)
		if err == nil && o.capture != "" {
			err = o.showUsed(a, found.Catalogue)
		}
		if err != nil {
			return fmt.Errorf("plugin %s: %w", a.Name, err)
		}
	}
	return nil
}

// outletKinds are what outlets send, for the user.
var outletKinds = map[sdk.OutletKind]string{sdk.FileOutlet: "a file", sdk.StreamOutlet: "frames", sdk.RecordOutlet: "a file of records", sdk.RowOutlet: "rows"}

// line shows what is known of a plugin; an empty text is nothing.
func (o *auditing) line(what, text string) {
	if text != "" {
		fmt.Fprintf(o.stdout, "  %-10s %s\n", what, printable.Line(text))
	}
}

// show shows what a plugin declares, and what is found in its files.
func (o *auditing) show(a *plugin.Artefact) error {
	line := o.line
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
	line("granted", granted(o.consent.Grants[plugin.Key(a.Name)]))
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
	switch f := o.lock; {
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

// granted tells what the user allows a plugin in a process.
func granted(g plugin.Grant) string {
	var list []string
	if g.Children {
		list = append(list, "children")
	}
	for _, p := range g.Peers {
		list = append(list, "net:"+p)
	}
	for _, p := range g.Read {
		list = append(list, "read:"+p)
	}
	return strings.Join(list, ", ")
}

// showUsed runs a plugin on the capture, and shows what it has used.
func (o *auditing) showUsed(a *plugin.Artefact, catalogue []*plugin.Artefact) error {
	requests := []plugin.Request{{Name: a.Name}}
	if _, ok := o.consent.Grants[plugin.Key(a.Name)]; ok {
		requests[0].Runtime = plugin.Process // the only one in which grants are of use
	}
	sets := slices.Clone(o.sets)
	for _, out := range a.Outlets {
		if out.Kind == sdk.StreamOutlet {
			sets = append(sets, a.Name+"."+out.Setting+"=file:"+a.Name+"."+out.Name)
		}
	}
	values, err := settings.Load(os.DevNull, nil, sets)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	r, err := host.Run(context.Background(), host.Config{
		Files: []string{o.capture}, Prefix: "audit", Quiet: true, Discard: true, Stdout: io.Discard, Stderr: o.stderr,
		Plugins: requests, Catalogue: catalogue, Settings: values, To: host.RowsToFiles(catalogue, requests, ""),
		Carrier: launcher().Carrier, Consent: o.consent,
	})
	if err != nil {
		return err
	}
	p := r.Plugins[slices.IndexFunc(r.Plugins, func(p report.Plugin) bool { return p.Name == a.Name })]
	o.line("ran", fmt.Sprintf("in %s, %.1f ns a packet, %s bytes of the traffic crossed", p.Runtime, float64(p.Cost.Nanoseconds())/float64(max(1, r.Counts.Packets)), sdk.Count(p.Bytes)))
	if p.Memory > 0 {
		o.line("used", fmt.Sprintf("%.1f MB of memory", float64(p.Memory)/1e6))
	}
	for _, f := range p.Files {
		o.line("used", "file "+f)
	}
	for _, out := range r.Outlets {
		if owner, name, _ := strings.Cut(out.Name, "."); owner == a.Name {
			o.line("used", fmt.Sprintf("outlet %s: %d bytes", name, out.Stats.Bytes))
		}
	}
	return nil
}
