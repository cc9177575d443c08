package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host/build"
)

// debugged is a plugin that the user wants to look into.
type debugged struct {
	*options
	dir, capture, prefix, replay string
	sets, breaks                 []string
}

// debugCommand returns the command that runs a plugin compiled in, under a debugger.
func debugCommand(o *options) *cobra.Command {
	d := &debugged{options: o}
	cmd := &cobra.Command{
		Use:   "debug DIR",
		Short: "build a plugin compiled in, and run it on a capture under dlv, or alone where there is no dlv",
		Long: `debug builds the plugin whose source is in DIR together with t2host, in one program with symbols, and runs it on a capture. Under dlv
(https://github.com/go-delve/delve), if it is installed, breakpoints hold in the plugin's code; the program stops at its panics. What the
plugin requires must come with t2host: of another plugin make a recording (t2host --record NAME=FILE), and use --replay.`,
		Args: exactly(1, "debug requires the folder of a plugin's source"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.dir = args[0]
			return d.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&d.capture, "read", "r", "", "the capture `FILE`")
	f.StringVarP(&d.prefix, "write", "w", "", "the `PREFIX` of the output files (default: as of a run)")
	f.StringArrayVar(&d.sets, "set", nil, "a setting: `PLUGIN.KEY=VALUE`")
	f.StringVar(&d.replay, "replay", "", "what --record has kept in a `FILE`, instead of a capture")
	f.StringArrayVarP(&d.breaks, "break", "b", nil, "a breakpoint: `FUNCTION or FILE:LINE`")
	return cmd
}

func (d *debugged) run(ctx context.Context) error {
	if (d.capture == "") == (d.replay == "") {
		return usagef("debug requires a capture, -r FILE, or a recording, --replay FILE")
	}
	for _, path := range []string{d.capture, d.replay} {
		if _, err := os.Stat(path); path != "" && err != nil {
			return usagef("debug: %s: no such file", path)
		}
	}
	folder, err := os.MkdirTemp("", "t2host-debug-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, filepath.Base(filepath.Clean(d.dir)))
	d.note("building the plugin with t2host, for the debugger")
	built := d.screen.busy("building")
	err = build.Debug(ctx, d.dir, program, d.stderr)
	if built(); err != nil {
		return err
	}
	name, args := program, d.arguments()
	dlv, err := exec.LookPath("dlv")
	if err == nil {
		commands := filepath.Join(folder, "init")
		text := "break panics runtime.gopanic\n"
		for _, b := range d.breaks {
			text += "break " + b + "\n"
		}
		if err := os.WriteFile(commands, []byte(text), 0o600); err != nil {
			return err
		}
		name, args = dlv, append([]string{"exec", "--init", commands, program, "--"}, args...)
	} else {
		d.note("no dlv in the path (go install github.com/go-delve/delve/cmd/dlv@latest): the plugin runs without it")
		if len(d.breaks) > 0 {
			return usagef("debug: --break requires dlv")
		}
	}
	run := exec.CommandContext(ctx, name, args...)
	run.Stdin, run.Stdout, run.Stderr = os.Stdin, os.Stdout, os.Stderr // dlv wants the terminal itself
	var exit *exec.ExitError
	switch err := run.Run(); {
	case errors.As(err, &exit):
		return fmt.Errorf("debug %s: its run failed (above): %w", d.dir, err)
	case err != nil:
		return fmt.Errorf("debug: %w", err)
	}
	return nil
}

// arguments are those of the program: see sdk/debug.
func (d *debugged) arguments() []string {
	var args []string
	for _, f := range [][2]string{{"-r", d.capture}, {"-w", d.prefix}, {"-replay", d.replay}} {
		if f[1] != "" {
			args = append(args, f[0], f[1])
		}
	}
	for _, s := range d.sets {
		args = append(args, "-set", s)
	}
	return args
}

// note tells what goes on.
func (d *debugged) note(line string) {
	fmt.Fprintln(d.stderr, "t2host: "+strings.TrimSpace(line))
}
