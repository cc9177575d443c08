package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/fleet/server"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/host/xdg"
)

// hubFolder is where t2host serve keeps its state, in the state folder of the XDG specification.
func hubFolder() string {
	return filepath.Join(xdg.Folder(os.Getenv, "XDG_STATE_HOME", ".local", "state"), "t2host", "hub")
}

// hubFlag adds the flag of the commands that need a hub.
func hubFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "hub", "", "the `FILE` with the line that t2host serve prints (default: T2HOST_HUB, then that of a hub of this user)")
}

// connect connects to the hub of the file.
func (o *options) connect(ctx context.Context, file string) (*fleet.Hub, error) {
	place, err := fleet.ReadPlace(cmp.Or(file, os.Getenv("T2HOST_HUB"), filepath.Join(hubFolder(), server.PlaceFile)))
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	h, err := fleet.Connect(ctx, place, version.Product())
	if errors.As(err, new(*fleet.OtherVersion)) {
		return nil, &host.UsageError{Err: err}
	}
	return h, err
}

// withHub calls f with a connection to the hub of the file, until the user asks for the end.
func (o *options) withHub(cmd *cobra.Command, file string, f func(ctx context.Context, h *fleet.Hub) error) error {
	ctx, done := interruptible(cmd.Context(), o.stderr)
	defer done()
	h, err := o.connect(ctx, file)
	if err != nil {
		return err
	}
	defer h.Close()
	return f(ctx, h)
}
