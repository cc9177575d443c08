package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/lock"
	"github.com/t2host/t2host/host/plugin"
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
	_, loaded, err := pickAndResolve(found.Catalogue, requests)
	return loaded, err
}

// pickAndResolve returns the catalogue with the versions of plugins that the requests get, and what they load.
func pickAndResolve(catalogue []*plugin.Artefact, requests []plugin.Request) (picked []*plugin.Artefact, loaded []plugin.Loaded, err error) {
	if picked, err = plugin.Pick(catalogue, requests); err == nil {
		loaded, err = plugin.Resolve(picked, requests)
	}
	if err != nil {
		return nil, nil, &host.UsageError{Err: err}
	}
	return picked, loaded, nil
}

// obeyLock returns the catalogue with the versions of the lock file, and an error if the run's plugins are not those.
func obeyLock(catalogue []*plugin.Artefact, requests []plugin.Request) ([]*plugin.Artefact, error) {
	f, err := lock.Read(lock.FileName)
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	catalogue = f.Versions(catalogue)
	for _, q := range requests {
		if q.Path != "" {
			return nil, usagef("--locked: plugin %s is named by its path: install it, and lock it", q.Path)
		}
	}
	catalogue, loaded, err := pickAndResolve(catalogue, requests)
	if err != nil {
		return nil, err
	}
	if err := f.Check(loaded); err != nil {
		return nil, &host.UsageError{Err: fmt.Errorf("%s: %w", lock.FileName, err)}
	}
	return catalogue, nil
}
