package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/check"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
)

// checking is the user's part of a check.
type checking struct {
	*options
	captures []string
	asJSON   bool
}

// checkCommand returns the command that checks a plugin.
func checkCommand(o *options) *cobra.Command {
	c := &checking{options: o}
	cmd := &cobra.Command{
		Use:   "check DIR | FILE",
		Short: "check that a plugin keeps what every plugin promises: the same bytes wherever it runs",
		Args:  exactly(1, "check requires one folder or file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := interruptible(cmd.Context(), cmd.ErrOrStderr())
			defer done()
			return c.run(ctx, args[0])
		},
	}
	cmd.Flags().StringArrayVarP(&c.captures, "pcap", "r", nil, "check it on the capture `FILE` too")
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set one setting: `PLUGIN.KEY=VALUE`")
	grantFlag(cmd, o)
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "as JSON")
	folderFlag(cmd, o)
	return cmd
}

func (c *checking) run(ctx context.Context, path string) error {
	if err := c.readConsent(); err != nil {
		return err
	}
	a, err := c.artefact(ctx, path, "")
	if err != nil {
		return err
	}
	found, err := c.search()
	if err != nil {
		return err
	}
	if err := plugin.Fits(found.Catalogue, a); err != nil {
		return &host.UsageError{Err: fmt.Errorf("check %s: %w", path, err)}
	}
	dir, err := os.MkdirTemp("", "t2host-check-")
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg := check.Config{
		Artefact: a, Variety: "protocols.pcap", Carrier: launcher().Carrier, Consent: c.consent, Dir: dir, Sets: c.sets,
		Catalogue: plugin.Without(found.Catalogue, a.Name),
		Describe:  func() (*sdk.Plugin, error) { return c.again(a) },
	}
	if cfg.Captures, cfg.Long, err = writeCaptures(dir); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	own, err := check.OwnCaptures(a, path, dir)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	cfg.Captures = append(cfg.Captures, own...)
	for _, path := range c.captures {
		if _, err := os.Stat(path); err != nil {
			return usagef("check: capture %s: no such file", path)
		}
		cfg.Captures = append(cfg.Captures, check.Capture{Name: filepath.Base(path), Path: path})
	}
	if !c.asJSON {
		fmt.Fprintf(c.stdout, "%s %s, in %s, on %d captures\n", a.Name, a.Version, a.Forms(), len(cfg.Captures))
		done := c.screen.busy("checking")
		cfg.Found = func(f check.Finding) {
			done()
			c.showFinding(f)
			done = c.screen.busy("checking")
		}
		defer func() { done() }()
	}
	list, err := check.Run(ctx, cfg)
	if err != nil {
		return fmt.Errorf("check %s: interrupted", path)
	}
	return c.show(a, list)
}

// again asks the artefact for its declaration again.
func (c *checking) again(a *plugin.Artefact) (*sdk.Plugin, error) {
	k := c.carrier()
	defer k.Close()
	path := a.Module.Path
	if path == "" {
		path = a.Executable.Path
	}
	list, err := k.Describe(path)
	if err != nil {
		return nil, err
	}
	b, err := plugin.Named(list, a.Name)
	if err != nil {
		return nil, err
	}
	return b.Plugin, nil
}

// writeCaptures writes the captures that come with t2host; long are a stream that is long
// enough to measure.
func writeCaptures(dir string) (captures []check.Capture, long []string, err error) {
	all := t2host.Captures()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, all[name], 0o644); err != nil {
			return nil, nil, err
		}
		captures = append(captures, check.Capture{Name: name, Path: path})
	}
	for range 20 {
		long = append(long, filepath.Join(dir, "windows6.pcapng"))
	}
	return captures, long, nil
}

// show prints the findings as JSON, or their number, and returns an error if a check failed.
func (c *checking) show(a *plugin.Artefact, list []check.Finding) error {
	bad := 0
	for _, f := range list {
		if !f.OK {
			bad++
		}
	}
	if c.asJSON {
		if err := writeJSON(c.stdout, map[string]any{"plugin": a.Name, "version": a.Version, "ok": bad == 0, "findings": list}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(c.stdout, "%d of %d checks failed\n", bad, len(list))
	}
	if bad > 0 {
		return fmt.Errorf("plugin %s: %d of %d checks failed", a.Name, bad, len(list))
	}
	return nil
}

// showFinding prints a finding.
func (c *checking) showFinding(f check.Finding) {
	word := "ok  "
	if !f.OK {
		word = "FAIL"
	}
	fmt.Fprintf(c.stdout, "  %s  %s\n", word, f.What)
	if f.Detail != "" {
		fmt.Fprintf(c.stdout, "        %s\n", printable.Tabbed(f.Detail))
	}
}
