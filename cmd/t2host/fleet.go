package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/fleet/server"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/version"
)

// hubFolder is where t2host serve keeps its state, in the state folder of the XDG specification.
func hubFolder() string {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		state = filepath.Join(os.Getenv("HOME"), ".local", "state")
	}
	return filepath.Join(state, "t2host", "hub")
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

// serveCommand returns the command that runs a hub.
func serveCommand(o *options) *cobra.Command {
	c := server.Config{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the hub of a fleet: a queue of captures for t2host work, and what they found for t2host collect",
		Long: `t2host serve runs the hub of a fleet of machines: a server of NATS with JetStream, in this program. It keeps jobs, results
and captures that were uploaded in a folder, and goes on with them when it is started again.

Who connects needs the line that is printed, which is also in the file hub of the folder. Other machines than
this one come over TLS, with a certificate that is made at the first start and is part of the line.`,
		Args: atMost(0, "serve accepts no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.Dir == "" {
				c.Dir = hubFolder()
			}
			stop, done := onSignals(func() { o.tell("ending; interrupt again to abort") })
			defer done()
			s, err := server.Start(c)
			if err != nil {
				return &host.UsageError{Err: fmt.Errorf("serve: %w", cause.Of(err))}
			}
			defer s.Stop()
			line, err := os.ReadFile(s.File)
			if err != nil {
				return err
			}
			fmt.Fprintf(o.stdout, "hub %s, for t2host work --hub %s\n%s", s.Place.URL, s.File, line)
			<-stop
			return nil
		},
	}
	cmd.Flags().StringVar(&c.Address, "listen", "127.0.0.1:4222", "the `ADDRESS` for workers; another than of this machine has TLS")
	cmd.Flags().StringVar(&c.Dir, "state", "", "the `FOLDER` for all that the hub knows (default: ~/.local/state/t2host/hub)")
	return cmd
}

// submitting is what t2host submit is asked for.
type submitting struct {
	*options
	hub            string
	series, upload bool
}

// submitCommand returns the command that puts captures into the queue.
func submitCommand(o *options) *cobra.Command {
	s := &submitting{options: o}
	cmd := &cobra.Command{
		Use:   "submit -p NAMES [FLAGS] FILE | FOLDER | LIST.txt…",
		Short: "put captures into the queue of a hub, a task each, and print the job's name for t2host collect",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("submit requires captures: files, folders of captures, or lists that end in .txt")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := interruptible(cmd.Context(), o.stderr)
			defer done()
			return s.run(ctx, args)
		},
	}
	cmd.Flags().StringSliceVarP(&o.plugins, "plugins", "p", nil, "load these plugins, and what they require: `NAMES`, separated by commas; modules are sent along, executables are not")
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set one setting: `PLUGIN.KEY=VALUE`")
	cmd.Flags().BoolVar(&o.t2, "t2", false, "results are T2's where it differs")
	cmd.Flags().BoolVar(&s.series, "series", false, "one task: the captures are read as one stream, as with -R, so that flows go across files")
	cmd.Flags().BoolVar(&s.upload, "upload", false, "send the captures too: workers do not see the same paths")
	hubFlag(cmd, &s.hub)
	folderFlag(cmd, o)
	return cmd
}

// maxSubmitted bounds the captures of a job.
const maxSubmitted = 100_000

func (s *submitting) run(ctx context.Context, args []string) error {
	if len(s.plugins) == 0 {
		return usagef("submit requires plugins: -p basicflow,tcpwin")
	}
	paths, err := captures(args)
	if err != nil {
		return err
	}
	if len(paths) > maxSubmitted {
		return usagef("submit: %d captures: at most %d are allowed in a job", len(paths), maxSubmitted)
	}
	base := fleet.Task{Job: jobName(), Sets: s.sets, T2: s.t2, Version: version.Product()}
	upload := map[string]string{}
	if err := s.addPlugins(&base, upload); err != nil {
		return err
	}
	if _, err := settings.Load(os.DevNull, nil, s.sets); err != nil {
		return &host.UsageError{Err: err}
	}
	var files []fleet.File
	for _, path := range paths {
		sum, err := fleet.Sum(path)
		if err != nil {
			return &host.UsageError{Err: fmt.Errorf("submit: %w", cause.Of(err))}
		}
		f := fleet.File{SHA256: sum, Path: path}
		if s.upload {
			f.Path = ""
			upload[sum] = path
		}
		files = append(files, f)
	}
	var tasks []*fleet.Task
	var names []string
	add := func(files []fleet.File, name string) {
		t := base
		t.Number, t.Files = len(tasks)+1, files
		tasks, names = append(tasks, &t), append(names, name)
	}
	if s.series {
		add(files, fmt.Sprintf("%s and %d more", filepath.Base(paths[0]), len(paths)-1))
	} else {
		for i, path := range paths {
			add(files[i:i+1], filepath.Base(path))
		}
	}
	h, err := s.connect(ctx, s.hub)
	if err != nil {
		return err
	}
	defer h.Close()
	defer s.screen.busy("sending")()
	if err := h.Submit(ctx, tasks, names, upload); err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, base.Job)
	return nil
}

// addPlugins adds to a task the plugins of -p, and to what is sent along the modules that did not come with t2host.
func (s *submitting) addPlugins(t *fleet.Task, upload map[string]string) error {
	catalogue, requests, err := s.described(s.plugins)
	if err != nil {
		return err
	}
	loaded, err := plugin.Resolve(catalogue, requests)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	for _, l := range loaded {
		switch {
		case l.BuiltIn:
			t.Plugins = append(t.Plugins, l.Name)
		case l.Module.Path == "":
			return usagef("submit: plugin %s is an executable, which is never sent: build its module (t2host build --runtime wasm)", l.Name)
		default:
			sum, err := fleet.Sum(l.Module.Path)
			if err != nil {
				return fmt.Errorf("plugin %s: %w", l.Name, cause.Of(err))
			}
			upload[sum] = l.Module.Path
			t.Modules = append(t.Modules, fleet.Module{Name: l.Name, SHA256: sum})
		}
	}
	return nil
}

// captures returns the absolute paths of the captures that words name: files, those in folders, and those in lists.
func captures(words []string) (list []string, err error) {
	for _, word := range words {
		info, err := os.Stat(word)
		switch {
		case err != nil:
			return nil, &host.UsageError{Err: fmt.Errorf("submit: %s: %w", word, cause.Of(err))}
		case info.IsDir():
			err = filepath.WalkDir(word, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() && isCapture(path) {
					list = append(list, path)
				}
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("submit: %w", cause.Of(err))
			}
		case strings.HasSuffix(word, ".txt"):
			more, err := capture.List(word)
			if err != nil {
				return nil, &host.UsageError{Err: err}
			}
			list = append(list, more...)
		default:
			list = append(list, word)
		}
	}
	for i := range list {
		if list[i], err = filepath.Abs(list[i]); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, usagef("submit: no capture in %s: files in folders end in .pcap, .pcapng or .cap, and may be packed (.gz)", strings.Join(words, ", "))
	}
	return list, nil
}

// isCapture reports whether a file of a folder is named as a capture.
func isCapture(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	for _, packed := range []string{".gz", ".zst", ".bz2"} {
		name = strings.TrimSuffix(name, packed)
	}
	return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(name))
}

// jobName returns a new name of a job, which orders by time.
func jobName() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // it never fails
	return time.Now().UTC().Format("20060102-150405-") + hex.EncodeToString(b[:])
}

// workCommand returns the command that runs tasks.
func workCommand(o *options) *cobra.Command {
	var hub, dir string
	atOnce := 0
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
			h, err := o.connect(ctx, hub)
			if err != nil {
				return err
			}
			defer h.Close()
			name, _ := os.Hostname()
			name = fmt.Sprintf("%s.%d", name, os.Getpid())
			o.tell(fmt.Sprintf("worker %s, %d at once", name, tasksAtOnce(atOnce)))
			w := &fleet.Worker{Hub: h, Runner: &fleet.Runner{Program: program, Dir: own}, Name: name, AtOnce: tasksAtOnce(atOnce), Tell: o.tell}
			return w.Run(ctx)
		},
	}
	cmd.Flags().IntVarP(&atOnce, "at-once", "n", 0, "run `N` tasks at the same time (default: as many as processors and memory allow)")
	cmd.Flags().StringVar(&dir, "dir", "", "the `FOLDER` for files while tasks run, and modules (default: in ~/.cache/t2host)")
	hubFlag(cmd, &hub)
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
			ctx, done := interruptible(cmd.Context(), o.stderr)
			defer done()
			h, err := o.connect(ctx, hub)
			if err != nil {
				return err
			}
			defer h.Close()
			if table != "" {
				m, sensors, err := h.Live(ctx, table)
				if err != nil {
					return err
				}
				o.tell(fmt.Sprintf("table %s of %d sensors: %s", table, len(sensors), strings.Join(sensors[:min(len(sensors), 10)], ", ")))
				return m.WriteTable(o.stdout, table)
			}
			return o.collect(ctx, h, args[0], cmp.Or(prefix, args[0]))
		},
	}
	cmd.Flags().StringVar(&table, "live", "", "print a `TABLE` such as tcpwin.lowWindows, merged over the last states of all sensors (t2host -i IFACE --hub FILE)")
	cmd.Flags().StringVarP(&prefix, "output-prefix", "w", "", "files begin with `PREFIX` (default: the job's name)")
	hubFlag(cmd, &hub)
	return cmd
}

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

// jobsCommand returns the command that lists jobs.
func jobsCommand(o *options) *cobra.Command {
	var hub, cancel, retry string
	cmd := &cobra.Command{
		Use:   "jobs [JOB]",
		Short: "list the jobs of a hub, with the errors of one that is named; cancel one, or repeat what has failed of it",
		Args:  atMost(1, "jobs accepts at most one job"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := interruptible(cmd.Context(), o.stderr)
			defer done()
			h, err := o.connect(ctx, hub)
			if err != nil {
				return err
			}
			defer h.Close()
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
			var list []fleet.Status
			if len(args) == 1 {
				s, err := h.Status(ctx, args[0])
				if err != nil {
					return err
				}
				list = append(list, *s)
			} else if list, err = h.Jobs(ctx); err != nil {
				return err
			}
			for _, s := range list {
				fmt.Fprintf(o.stdout, "%s  %d tasks, %d done, %d failed\n", s.Job, s.Tasks, s.Done, s.Failed)
				if len(args) == 1 {
					for _, e := range s.Errors {
						fmt.Fprintf(o.stdout, "  %s\n", e)
					}
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&cancel, "cancel", "", "take the tasks of `JOB` that nobody has begun out of the queue, and forget it")
	cmd.Flags().StringVar(&retry, "retry", "", "put the tasks of `JOB` that have failed into the queue again")
	hubFlag(cmd, &hub)
	return cmd
}
