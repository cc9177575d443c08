package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/record"
)

// replayCommand returns the command that runs a plugin on what was recorded of it.
func replayCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay FILE PLUGIN",
		Short: "run a plugin alone on what --record has kept of its run, and compare its answers",
		Args:  exactly(2, "replay requires a file of --record and a plugin: NAME or PATH, optionally with :RUNTIME"),
		RunE:  func(_ *cobra.Command, args []string) error { return o.replay(args[0], args[1]) },
	}
	cmd.Flags().StringArrayVar(&o.consent.Trust, "trust", nil, "run the module of plugin `NAME` in t2host's own process")
	grantFlag(cmd, o)
	folderFlag(cmd, o)
	return cmd
}

func (o *options) replay(path, word string) error {
	if err := o.readConsent(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return usagef("replay %s: %v", path, cause.Of(err))
	}
	defer f.Close()
	r, err := record.Read(f)
	if err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	catalogue, named, err := o.described([]string{word})
	if err != nil {
		return err
	}
	a, err := plugin.Named(catalogue, named[0].Name)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	if err := r.Of(a.Plugin); err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	k := o.carrier()
	defer k.Close()
	runtime, err := k.Choose(a, named[0].Runtime)
	if err == nil {
		err = k.Prepare(a, runtime)
	}
	if err != nil {
		return &host.UsageError{Err: err}
	}
	got, err := record.Replay(r, k.Carry(plugin.Loaded{Artefact: a, Runtime: runtime}, func(line string) { o.tell("plugin " + a.Name + ": " + line) }))
	if err != nil {
		return fmt.Errorf("replay %s: plugin %s: %w", path, a.Name, err)
	}
	fmt.Fprintf(o.stdout, "%s %s in %s: %d batches, %d packets, %d flow ends; %d batches with the recorded answer\n",
		a.Name, a.Version, runtime, got.Batches, got.Packets, got.Ends, got.Same)
	if !r.Ended {
		fmt.Fprintln(o.stdout, "the recorded run did not end well")
	}
	if got.Differs != "" {
		return fmt.Errorf("replay %s: plugin %s: %s", path, a.Name, got.Differs)
	}
	return nil
}

// readRecords reads NAME=FILE.
func readRecords(words []string) (map[string]string, error) {
	files := map[string]string{}
	for _, w := range words {
		name, path, ok := strings.Cut(w, "=")
		if !ok || name == "" || path == "" {
			return nil, usagef("--record %s: expected NAME=FILE", w)
		}
		if _, twice := files[plugin.Key(name)]; twice {
			return nil, usagef("--record %s: plugin %s is recorded already: name one file", w, name)
		}
		files[plugin.Key(name)] = path
	}
	return files, nil
}
