package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
)

// collectCommand returns the command that merges what a job found.
func collectCommand(o *options) *cobra.Command {
	var hub hubAt
	var prefix, table string
	cmd := &cobra.Command{
		Use:   "collect JOB | --live TABLE",
		Short: "wait for the tasks of a job, and write what they found: records with the task's number before them, tables merged, sums; or merge a table of all sensors",
		Args:  atMost(1, "collect accepts one job (t2host jobs lists them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (table != "") {
				return usagef("collect requires one job (t2host jobs lists them), or --live TABLE")
			}
			return o.withHub(cmd, &hub, func(ctx context.Context, h *fleet.Hub) error {
				if table != "" {
					return o.collectLive(ctx, h, table)
				}
				return o.collect(ctx, h, args[0], cmp.Or(prefix, args[0]))
			})
		},
	}
	cmd.Flags().StringVar(&table, "live", "", "print what sensors have sent: a `TABLE` such as tcpwin.lowWindows, merged over the last states of all (t2host -i IFACE --hub FILE), or the rows of a stream such as flows (--to hub://FILE)")
	cmd.Flags().StringVarP(&prefix, "output-prefix", "w", "", "files begin with `PREFIX` (default: the job's name)")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "print the long report, with all sums")
	hub.flags(cmd)
	return cmd
}

// collectLive prints a table that is merged over all sensors.
func (o *options) collectLive(ctx context.Context, h *fleet.Hub, table string) error {
	m, sensors, err := h.Live(ctx, table)
	if err != nil {
		if rows, rowsErr := h.HasRows(ctx, table); rowsErr == nil && rows {
			return o.collectRows(ctx, h, table)
		}
		return err
	}
	o.tell(fmt.Sprintf("table %s of %d sensors: %s", table, len(sensors), strings.Join(sensors[:min(len(sensors), 10)], ", ")))
	return m.WriteTable(o.stdout, table)
}

// collectRows prints the rows of a stream that sensors have sent.
func (o *options) collectRows(ctx context.Context, h *fleet.Hub, stream string) error {
	out := bufio.NewWriter(o.stdout)
	var line []byte
	bad, err := h.Rows(ctx, stream, func(r *fleet.Rows) (err error) {
		if line, err = r.Append(line[:0]); err == nil {
			_, err = out.Write(line)
		}
		return err
	})
	if bad > 0 {
		o.tell(fmt.Sprintf("%d messages of the hub are no rows of a sensor", bad))
	}
	return errors.Join(err, out.Flush())
}

// collected is where what a job found is written.
type collected struct {
	prefix, folder string
	files          []string // names after the prefix
	records        *os.File
}

// collect waits for a job and writes what it found.
func (o *options) collect(ctx context.Context, h *fleet.Hub, id, prefix string) error {
	folder, err := os.MkdirTemp(filepath.Dir(prefix), ".t2host-collect-")
	if err != nil {
		return &host.UsageError{Err: fmt.Errorf("collect: %w", cause.Of(err))}
	}
	defer os.RemoveAll(folder)
	to := &collected{prefix: prefix, folder: folder}
	if to.records, err = os.Create(filepath.Join(folder, "records")); err != nil {
		return fmt.Errorf("collect: %w", cause.Of(err))
	}
	defer to.records.Close()
	m := fleet.NewMerger(to.records)
	m.File = to.file
	var ended, of int
	shown := o.screen.show(func(width int) string {
		return fitted(width, []string{fmt.Sprintf("%d of %d tasks have ended", ended, of)})
	})
	failed, err := h.Collect(ctx, id, m, func(done, all int) { ended, of = done, all })
	shown()
	if err != nil {
		return err
	}
	files, err := to.write(m)
	if err != nil {
		return fmt.Errorf("collect: %w", cause.Of(err))
	}
	text := m.Report.Brief(widthOf(o.raw))
	if o.verbose {
		text = m.Report.Body()
	}
	if m.Tasks == 0 {
		text = ""
	}
	fmt.Fprintf(o.stdout, "tasks     %d, %d failed\n%sfiles     %s\n", m.Tasks+m.Failed, m.Failed, text, files)
	var errs []error
	for _, words := range failed {
		errs = append(errs, errors.New(words))
	}
	return errors.Join(errs...)
}

// file keeps a file that plugins of a task wrote.
func (c *collected) file(task int, name string, content io.Reader) error {
	if task > 0 {
		name = fmt.Sprintf("%d_%s", task, name)
	}
	f, err := os.Create(filepath.Join(c.folder, name))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	c.files = append(c.files, name)
	return f.Close()
}

// write renames all files to what they are called at the end, and returns the names as text. A plugin's file of records, as txtsink's, stays in the place of
// ours: the run itself writes it.
func (c *collected) write(m *fleet.Merger) (string, error) {
	const records = "flows.txt"
	if !slices.Contains(c.files, records) {
		if err := errors.Join(c.records.Close(), os.Rename(c.records.Name(), filepath.Join(c.folder, records))); err != nil {
			return "", err
		}
		c.files = slices.Insert(c.files, 0, records)
	}
	for _, table := range m.Tables() {
		var b strings.Builder
		if err := m.WriteTable(&b, table); err != nil {
			return "", err
		}
		name := table + ".txt"
		if err := os.WriteFile(filepath.Join(c.folder, name), []byte(b.String()), 0o644); err != nil {
			return "", err
		}
		c.files = append(c.files, name)
	}
	var written []string
	for _, name := range c.files {
		path := c.prefix + "_" + name
		if err := os.Rename(filepath.Join(c.folder, name), path); err != nil {
			return "", err
		}
		written = append(written, path)
	}
	const most = 6
	text := strings.Join(written[:min(len(written), most)], ", ")
	if more := len(written) - most; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text, nil
}
