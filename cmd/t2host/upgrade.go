package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/scaffold"
)

// upgradeCommand returns the command that renews the SDK in a plugin's folder.
func upgradeCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "upgrade-sdk [DIR]",
		Short: "renew the SDK in the folder of a plugin that new-plugin has made",
		Args:  atMost(1, "upgrade-sdk accepts at most one folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if err := upgrade(dir); err != nil {
				return fmt.Errorf("upgrade-sdk %s: %w", dir, err)
			}
			fmt.Fprintf(o.stdout, "%s is that of this t2host\nnext: go test ./...\n", filepath.Join(dir, scaffold.SDK))
			return nil
		},
	}
}

// upgrade replaces the SDK by the new one, and then the files that lead to it.
func upgrade(dir string) error {
	place := filepath.Join(dir, scaffold.SDK)
	if _, err := os.Stat(filepath.Join(place, "go.mod")); err != nil {
		return &usageError{text: "no SDK in " + scaffold.SDK + ": new-plugin makes folders that have one"}
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := scaffold.Renewed(mod, sum, t2host.Source())
	if err != nil {
		return err
	}
	aside, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	if err := writeFiles(aside, files); err != nil {
		return err
	}
	if err := replace(place, filepath.Join(aside, scaffold.SDK)); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := os.Rename(filepath.Join(aside, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
