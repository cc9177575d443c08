package main

import (
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/resend"
)

const resendLong = `t2host resend sends the reports of PREFIX_undelivered.bin, in order, and removes from the file what was delivered:
when that is all, the file. What is not delivered stays there for another time.

Without --to they go where they were meant to go, if the user had named that target and nobody else can have changed
the file. The target is shown first.`

// resendCommand returns the command that sends what a run could not deliver.
func resendCommand(o *options) *cobra.Command {
	c := resend.Config{Stdout: o.raw, Drivers: drivers()}
	drain := uint32(0)
	cmd := &cobra.Command{
		Use:   "resend FILE",
		Short: "send what a run could not deliver: FILE is its PREFIX_undelivered.bin",
		Long:  resendLong,
		Args:  exactly(1, "resend requires one file, such as PREFIX_undelivered.bin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ignoreSIGPIPE()
			ctx, done := interruptible(cmd.Context(), o.stderr)
			defer done()
			c.File, c.Drain = args[0], time.Duration(drain)*time.Second
			var mu sync.Mutex
			c.Status = func(line string) {
				mu.Lock()
				defer mu.Unlock()
				o.tell(line)
			}
			return resend.Run(ctx, c)
		},
	}
	cmd.Flags().StringVar(&c.To, "to", "", "send all of it to `TARGET`: tcp://HOST:PORT, unix://PATH, file:PATH, or - for standard output")
	cmd.Flags().Uint32Var(&drain, "drain", 5, "give up when the receiver has accepted nothing more for `SECONDS`")
	return cmd
}
