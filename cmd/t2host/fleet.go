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

// hubAt says which hub a command is for.
type hubAt struct{ file, nats, creds string }

// flags adds the flags of the commands that need a hub.
func (a *hubAt) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.file, "hub", "", "the `FILE` with the line that t2host serve prints (default: T2HOST_HUB, then that of a hub of this user)")
	a.cluster(cmd)
}

// cluster adds the flags for a cluster that is there.
func (a *hubAt) cluster(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.nats, "nats", "", "use the JetStream of a cluster of NATS that is there: `URL`, such as tls://nats.lan:4222")
	cmd.Flags().StringVar(&a.creds, "creds", "", "of --nats: the `FILE` with the credentials")
}

func (a *hubAt) place() (*fleet.Place, error) {
	if a.nats != "" {
		return &fleet.Place{URL: a.nats, Creds: a.creds}, nil
	}
	place, err := fleet.ReadPlace(cmp.Or(a.file, os.Getenv("T2HOST_HUB"), filepath.Join(hubFolder(), server.PlaceFile)))
	if err != nil {
		return nil, &host.UsageError{Err: err}
	}
	return place, nil
}

// connect connects to the hub.
func (a *hubAt) connect(ctx context.Context) (*fleet.Hub, error) {
	place, err := a.place()
	if err != nil {
		return nil, err
	}
	h, err := fleet.Connect(ctx, place, version.Product())
	if errors.As(err, new(*fleet.OtherVersion)) {
		return nil, &host.UsageError{Err: err}
	}
	return h, err
}

// withHub calls f with a connection to the hub, until the user asks for the end.
func (o *options) withHub(cmd *cobra.Command, at *hubAt, f func(ctx context.Context, h *fleet.Hub) error) error {
	ctx, done := interruptible(cmd.Context(), o.stderr)
	defer done()
	h, err := at.connect(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return f(ctx, h)
}
