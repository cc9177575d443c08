package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/fleet"
)

// jobsCommand returns the command that lists jobs.
func jobsCommand(o *options) *cobra.Command {
	var hub hubAt
	var cancel, retry string
	cmd := &cobra.Command{
		Use:   "jobs [JOB]",
		Short: "list the jobs of a hub, with the errors of one that is named; cancel one, or repeat what has failed of it",
		Args:  atMost(1, "jobs accepts at most one job"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withHub(cmd, &hub, func(ctx context.Context, h *fleet.Hub) error {
				switch {
				case cancel != "":
					if err := h.Cancel(ctx, cancel); err != nil {
						return err
					}
					fmt.Fprintf(o.stdout, "job %s is cancelled: tasks that have begun go on to their end\n", cancel)
					return nil
				case retry != "":
					n, err := h.Retry(ctx, retry)
					if err == nil {
						fmt.Fprintf(o.stdout, "job %s: %d tasks are in the queue again\n", retry, n)
					}
					return err
				}
				return o.listJobs(ctx, h, args)
			})
		},
	}
	cmd.Flags().StringVar(&cancel, "cancel", "", "take the tasks of `JOB` that nobody has begun out of the queue, and forget it")
	cmd.Flags().StringVar(&retry, "retry", "", "put the tasks of `JOB` that have failed into the queue again")
	hub.flags(cmd)
	return cmd
}

// listJobs lists the jobs of a hub, or the one that is named with the words of what has failed.
func (o *options) listJobs(ctx context.Context, h *fleet.Hub, names []string) (err error) {
	var list []fleet.Status
	if len(names) == 0 {
		list, err = h.Jobs(ctx)
	}
	for _, name := range names {
		s, statusErr := h.Status(ctx, name)
		if statusErr != nil {
			return statusErr
		}
		list = append(list, *s)
	}
	for _, s := range list {
		fmt.Fprintf(o.stdout, "%s  %d tasks, %d done, %d failed\n", s.Job, s.Tasks, s.Done, s.Failed)
		for _, words := range s.Errors {
			if len(names) > 0 {
				fmt.Fprintf(o.stdout, "  %s\n", words)
			}
		}
	}
	return err
}
