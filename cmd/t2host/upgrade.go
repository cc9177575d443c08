package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/scaffold"
)

// upgradeCommand returns the command that renews the SDK in a plugin's folder.
func upgradeCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "upgrade-sdk [DIR]",
		Short: "renew the SDK, and what new-plugin has made, in the folder of a plugin; your changes are kept",
		Long: `upgrade-sdk replaces the SDK in a folder that new-plugin has made by that of this t2host, and merges what new-plugin makes now into the
folder's files. What you have changed is kept; where both have changed the same lines, git's marks show it. It tells which files it
has changed, and what is new, changed or gone in the SDK. Commit before, and look at the difference after.`,
		Args: atMost(1, "upgrade-sdk accepts at most one folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			found, err := o.search()
			if err != nil {
				return err
			}
			done, err := scaffold.Upgrade(dir, t2host.Source(), t2host.InC(), found.Catalogue)
			if err != nil {
				err := fmt.Errorf("upgrade-sdk %s: %w", dir, err)
				if errors.Is(err, scaffold.ErrNoSDK) {
					return refused(err)
				}
				return err
			}
			showUpgraded(o.stdout, dir, done)
			return nil
		},
	}
	folderFlag(cmd, o)
	return cmd
}

// showUpgraded tells what has changed.
func showUpgraded(w io.Writer, dir string, u *scaffold.Upgraded) {
	if u.From == "" {
		fmt.Fprintf(w, "%s is that of this t2host\nthe folder has no %s: your files are as they were\n", filepath.Join(dir, scaffold.SDK), scaffold.MadeFile)
	} else {
		fmt.Fprintf(w, "%s is that of this t2host; it was made by %s\n", dir, u.From)
	}
	for _, f := range u.Files {
		fmt.Fprintf(w, "  %s: %s\n", f.Name, f.Outcome)
	}
	for _, s := range u.SDK {
		switch {
		case s.Old == "":
			fmt.Fprintf(w, "  new in the SDK: %s: %s\n", s.Name, s.New)
		case s.New == "":
			fmt.Fprintf(w, "  gone from the SDK: %s: %s\n", s.Name, s.Old)
		default:
			fmt.Fprintf(w, "  changed in the SDK: %s: %s, was %s\n", s.Name, s.New, s.Old)
		}
	}
	fmt.Fprintln(w, "next: make test")
}
