package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/version"
)

// workCommand returns the command that runs tasks.
func workCommand(o *options) *cobra.Command {
	var hub hubAt
	var dir string
	atOnce, limit := 0, time.Duration(0)
	cmd := &cobra.Command{
		Use:   "work",
		Short: "run the tasks of a hub on this machine until Ctrl-C: plugins in the sandbox, a process each",
		Args:  atMost(0, "work accepts no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, done := interruptible(cmd.Context(), o.stderr)
			defer done()
			program, err := os.Executable()
			if err != nil {
				return err
			}
			if dir == "" {
				dir = filepath.Join(cmp.Or(cacheDir(), os.TempDir()), "work")
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return &host.UsageError{Err: fmt.Errorf("work: %w", cause.Of(err))}
			}
			own, err := os.MkdirTemp(dir, "worker-")
			if err != nil {
				return &host.UsageError{Err: fmt.Errorf("work: %w", cause.Of(err))}
			}
			defer os.RemoveAll(own)
			h, err := hub.connect(ctx)
			if err != nil {
				return err
			}
			defer h.Close()
			name, _ := os.Hostname()
			name = fmt.Sprintf("%s.%d", name, os.Getpid())
			o.tell(fmt.Sprintf("worker %s, %d at once", name, tasksAtOnce(atOnce)))
			w := &fleet.Worker{Hub: h, Runner: &fleet.Runner{Program: program, Dir: own}, Name: name, Version: version.Product(), AtOnce: tasksAtOnce(atOnce), Limit: limit, Tell: o.tell}
			return w.Run(ctx)
		},
	}
	cmd.Flags().IntVarP(&atOnce, "at-once", "n", 0, "run `N` tasks at the same time (default: as many as processors and memory allow)")
	cmd.Flags().DurationVar(&limit, "limit", 4*time.Hour, "a task that takes longer than this `TIME` is ended and goes back to the queue; 0: none is")
	cmd.Flags().StringVar(&dir, "dir", "", "the `FOLDER` for files while tasks run, and modules (default: in ~/.cache/t2host)")
	hub.flags(cmd)
	return cmd
}

// taskMemory is what a task may need, in bytes: a run of several plugins.
const taskMemory = 512 << 20

// tasksAtOnce returns how many tasks run at the same time.
func tasksAtOnce(asked int) int {
	if asked > 0 {
		return asked
	}
	n := runtime.NumCPU()
	if memory := host.PhysicalMemory(); memory > 0 {
		n = min(n, int(memory/taskMemory))
	}
	return max(1, n)
}
