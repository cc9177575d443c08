package main

import (
	"errors"
	"fmt"
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
			if err := scaffold.Upgrade(dir, t2host.Source()); err != nil {
				err := fmt.Errorf("upgrade-sdk %s: %w", dir, err)
				if errors.Is(err, scaffold.ErrNoSDK) {
					return refused(err)
				}
				return err
			}
			fmt.Fprintf(o.stdout, "%s is that of this t2host\nnext: go test ./...\n", filepath.Join(dir, scaffold.SDK))
			return nil
		},
	}
}
