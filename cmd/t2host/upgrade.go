package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/scaffold"
)

// upgradeCommand renews the SDK in a plugin's folder.
func upgradeCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "upgrade-sdk [DIR]",
		Short: "renew the SDK in the folder of a plugin that new-plugin has made",
		Args:  atMost(1, "upgrade-sdk takes one folder"),
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

// upgrade puts the new SDK in the place of the old one, and then the files that lead to
// it.
func upgrade(dir string) error {
	place := filepath.Join(dir, scaffold.SDK)
	if _, err := os.Stat(filepath.Join(place, "go.mod")); err != nil {
		return &usageError{text: "there is no SDK in " + scaffold.SDK + ": new-plugin makes folders that have one"}
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
	folder, err := aside.New(dir, 0o755)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Write(files); err != nil {
		return err
	}
	for _, name := range []string{scaffold.SDK, "go.mod", "go.sum"} {
		if err := folder.Replace(filepath.Join(dir, name), name); err != nil {
			return err
		}
	}
	return nil
}
