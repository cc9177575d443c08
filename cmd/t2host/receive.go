package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/receive"
)

// receiveCommand returns the command that prints what a sink sends: netcat that shows the ends
// of reports.
func receiveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "receive TARGET",
		Short: "print what a sink sends: tcp://HOST:PORT, udp://HOST:PORT or unix://PATH",
		Args:  exactly(1, "receive requires one target, such as tcp://127.0.0.1:5555"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ignoreSIGPIPE()
			ctx, done := interruptible(cmd.Context(), nil) // ends at once, without a message
			defer done()
			err := receive.Run(ctx, args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
			if errors.As(err, new(*receive.TargetError)) {
				return &host.UsageError{Err: err}
			}
			return err
		},
	}
}
