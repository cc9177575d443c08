package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/download"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/version"
)

// submitting is what t2host submit is asked for.
type submitting struct {
	*options
	hub            hubAt
	series, upload bool
}

// submitCommand returns the command that puts captures into the queue.
func submitCommand(o *options) *cobra.Command {
	s := &submitting{options: o}
	cmd := &cobra.Command{
		Use:   "submit -p NAMES [FLAGS] FILE | FOLDER | LIST.txt | URL…",
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
	s.hub.flags(cmd)
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
		sum, err := sumOf(ctx, path)
		if err != nil {
			return &host.UsageError{Err: fmt.Errorf("submit: %s: %w", path, cause.Of(err))}
		}
		f := fleet.File{SHA256: sum, Path: path}
		if s.upload && !download.IsURL(path) {
			f.Path = ""
			upload[sum] = path
		}
		files = append(files, f)
	}
	var tasks []*fleet.Task
	var names [][]string
	each := 1
	if s.series {
		each = len(files)
	}
	for i := 0; i < len(files); i += each {
		t := base
		t.Number, t.Files = len(tasks)+1, files[i:i+each]
		var of []string
		for _, path := range paths[i : i+each] {
			of = append(of, filepath.Base(path))
		}
		tasks, names = append(tasks, &t), append(names, of)
	}
	h, err := s.hub.connect(ctx)
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

// sumOf returns the checksum of a capture; one of a web server is read for it.
func sumOf(ctx context.Context, path string) (string, error) {
	if !download.IsURL(path) {
		return fleet.Sum(path)
	}
	dir, err := os.MkdirTemp("", "t2host-submit-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "capture")
	if err := download.Fetch(ctx, path, file, fleet.MaxCapture); err != nil {
		return "", err
	}
	return fleet.Sum(file)
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
		if download.IsURL(word) {
			list = append(list, word)
			continue
		}
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
		if download.IsURL(list[i]) {
			continue
		}
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
