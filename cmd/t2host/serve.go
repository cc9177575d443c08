package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/fleet/board"
	"github.com/t2host/t2host/host/fleet/server"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/host/view"
)

// serveCommand returns the command that runs a hub.
func serveCommand(o *options) *cobra.Command {
	c := server.Config{}
	var there hubAt
	shown := &serving{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the hub of a fleet: a queue of captures for t2host work, and what they found for t2host collect",
		Long: `t2host serve runs the hub of a fleet of machines: a server of NATS with JetStream, in this program. It keeps jobs, results
and captures that were uploaded in a folder, and goes on with them when it is started again.

Who connects needs the line that is printed, which is also in the file hub of the folder. Other machines than
this one come over TLS, with a certificate that is made at the first start and is part of the line.

With --nats the queue is in a cluster that is there: then serve only shows it (--view).`,
		Args: atMost(0, "serve accepts no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if there.nats != "" && shown.view == "" {
				return usagef("serve --nats requires --view: the cluster is the hub, and t2host work --nats uses it")
			}
			if c.Dir == "" {
				c.Dir = hubFolder()
			}
			stop, done := onSignals(func() { o.tell("ending; interrupt again to abort") })
			defer done()
			line, place := "", &fleet.Place{URL: there.nats, Creds: there.creds}
			if there.nats == "" {
				s, err := server.Start(c)
				if err != nil {
					return &host.UsageError{Err: fmt.Errorf("serve: %w", cause.Of(err))}
				}
				defer s.Stop()
				place = s.Here
				line = fmt.Sprintf("hub %s, for t2host work --hub %s\n%s\n", s.Place.URL, s.File, s.Line)
			}
			h, err := fleet.Own(cmd.Context(), place, version.Product())
			if err != nil {
				return fmt.Errorf("serve: %w", err)
			}
			defer h.Close()
			closed, err := o.serveBoard(h, shown)
			if err != nil {
				return err
			}
			defer closed()
			fmt.Fprint(o.stdout, line)
			<-stop
			return nil
		},
	}
	cmd.Flags().StringVar(&c.Address, "listen", "127.0.0.1:4222", "the `ADDRESS` for workers; another than of this machine has TLS")
	cmd.Flags().StringVar(&c.Dir, "state", "", "the `FOLDER` for all that the hub knows (default: ~/.local/state/t2host/hub)")
	there.cluster(cmd)
	cmd.Flags().StringVar(&shown.view, "view", "", "show the fleet on a page, http://`ADDR`/, with figures for Prometheus at /metrics: of a port alone on this machine only (8080)")
	cmd.Flags().StringVar(&shown.token, "view-token", "", "of --view: who asks must know the token in `FILE`, which other machines need")
	return cmd
}

// serveBoard shows the fleet of a hub until closed is called.
func (o *options) serveBoard(h *fleet.Hub, at *serving) (closed func(), err error) {
	if at.view == "" {
		return func() {}, nil
	}
	token, l, err := at.listenView()
	if err != nil {
		return nil, err
	}
	o.tell(fmt.Sprintf("the fleet is shown at http://%s/", l.Addr()))
	s := &watchers{options: o}
	s.start(l, view.Guard(token, board.Policy, board.Handler(h)))
	return s.close, nil
}
