// Package debug runs the plugins of a command compiled in, so that a debugger sees their code. It has the functions of package serve:
// t2host debug builds the command with this package instead of that one.
package debug

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/record"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk"
)

// plugins are those of the command, between its init and its main.
var plugins []*sdk.Plugin

// Plugins sets the plugins that Run runs.
func Plugins(p ...*sdk.Plugin) { plugins = p }

// Run runs the plugins as the arguments say, prints what happens, and exits with the code of t2host: 1 if a plugin fails, 2 if the
// arguments are wrong.
func Run() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "t2host debug:", err)
	if errors.As(err, new(*host.UsageError)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// list is a flag that is given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(word string) error {
	*l = append(*l, word)
	return nil
}

func run(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("debug", flag.ContinueOnError)
	f.SetOutput(stderr)
	capture := f.String("r", "", "the capture")
	prefix := f.String("w", "", "the prefix of the output files")
	replayed := f.String("replay", "", "a recording, instead of a capture")
	var sets list
	f.Var(&sets, "set", "PLUGIN.KEY=VALUE")
	if err := f.Parse(args); err != nil {
		return &host.UsageError{Err: err}
	}
	if len(plugins) == 0 {
		return errors.New("the command has no plugin: call serve.Plugins in its init")
	}
	if *replayed != "" {
		return replay(*replayed, stdout)
	}
	values, err := settings.Load(os.DevNull, os.Environ(), sets)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	c := host.Config{
		Files: []string{*capture}, Prefix: *prefix, Settings: values, Runtime: plugin.Inproc, Stdout: stdout, Stderr: stderr, Stdin: os.Stdin,
	}
	for _, p := range plugins {
		c.Plugins = append(c.Plugins, plugin.Request{Name: p.Name})
	}
	c.Catalogue = plugin.BuiltIn(plugins...)
	for _, a := range plugin.BuiltIn(all.Plugins()...) { // what a plugin has the name of, it replaces
		if _, err := plugin.Named(c.Catalogue, a.Name); err != nil {
			c.Catalogue = append(c.Catalogue, a)
		}
	}
	_, err = host.Run(context.Background(), c)
	return err
}

// replay runs the plugin of a recording.
func replay(path string, stdout io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	defer f.Close()
	r, err := record.Read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var of error
	for _, p := range plugins {
		if of = r.Of(p); of != nil {
			continue
		}
		done, err := record.Replay(r, p)
		if err != nil {
			return fmt.Errorf("plugin %s: %w", p.Name, err)
		}
		fmt.Fprintf(stdout, "%s: %d batches, %d packets, %d flow ends\n", p.Name, done.Batches, done.Packets, done.Ends)
		if done.Differs != "" {
			return fmt.Errorf("plugin %s: %s", p.Name, done.Differs)
		}
		return nil
	}
	return fmt.Errorf("%s: %w", path, of)
}
