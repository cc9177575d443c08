package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
)

// collectCommand returns the command that merges what a job found.
func collectCommand(o *options) *cobra.Command {
	var hub, prefix, table string
	cmd := &cobra.Command{
		Use:   "collect JOB | --live TABLE",
		Short: "wait for the tasks of a job, and write what they found: records with the task's number before them, tables merged, sums; or merge a table of all sensors",
		Args:  atMost(1, "collect accepts one job (t2host jobs lists them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (table != "") {
				return usagef("collect requires one job (t2host jobs lists them), or --live TABLE")
			}
			return o.withHub(cmd, hub, func(ctx context.Context, h *fleet.Hub) error {
				if table != "" {
					return o.collectLive(ctx, h, table)
				}
				return o.collect(ctx, h, args[0], cmp.Or(prefix, args[0]))
			})
		},
	}
	cmd.Flags().StringVar(&table, "live", "", "print a `TABLE` such as tcpwin.lowWindows, merged over the last states of all sensors (t2host -i IFACE --hub FILE)")
	cmd.Flags().StringVarP(&prefix, "output-prefix", "w", "", "files begin with `PREFIX` (default: the job's name)")
	hubFlag(cmd, &hub)
	return cmd
}

// collectLive prints a table that is merged over all sensors.
func (o *options) collectLive(ctx context.Context, h *fleet.Hub, table string) error {
	m, sensors, err := h.Live(ctx, table)
	if err != nil {
		return err
	}
	o.tell(fmt.Sprintf("table %s of %d sensors: %s", table, len(sensors), strings.Join(sensors[:min(len(sensors), 10)], ", ")))
	return m.WriteTable(o.stdout, table)
}

// collect waits for a job and writes what it found.
func (o *options) collect(ctx context.Context, h *fleet.Hub, id, prefix string) error {
	folder, err := os.MkdirTemp(filepath.Dir(prefix), ".t2host-collect-")
	if err != nil {
		return &host.UsageError{Err: fmt.Errorf("collect: %w", cause.Of(err))}
	}
	defer os.RemoveAll(folder)
	records, err := os.Create(filepath.Join(folder, "flows"))
	if err != nil {
		return err
	}
	defer records.Close()
	m := fleet.NewMerger(records)
	var ended, of int
	shown := o.screen.show(func(width int) string {
		return fitted(width, []string{fmt.Sprintf("%d of %d tasks have ended", ended, of)})
	})
	failed, err := h.Collect(ctx, id, m, func(done, all int) { ended, of = done, all })
	shown()
	if err != nil {
		return err
	}
	written := []string{prefix + "_flows.txt"}
	if err := errors.Join(records.Close(), os.Rename(records.Name(), written[0])); err != nil {
		return fmt.Errorf("collect: %w", cause.Of(err))
	}
	for _, name := range m.Tables() {
		var b strings.Builder
		if err := m.WriteTable(&b, name); err != nil {
			return err
		}
		path := prefix + "_" + name + ".txt"
		if err := aside.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			return fmt.Errorf("collect: %w", cause.Of(err))
		}
		written = append(written, path)
	}
	fmt.Fprintf(o.stdout, "%sfiles     %s\n", m.Report(), strings.Join(written, ", "))
	var errs []error
	for _, words := range failed {
		errs = append(errs, errors.New(words))
	}
	return errors.Join(errs...)
}
