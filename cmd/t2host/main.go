// Command t2host runs flow plugins over captures, and builds, installs, checks
// and configures plugins.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/t2"
	"github.com/t2host/t2host/host/worker"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk/serve"
)

func main() {
	confine.Hide()
	if serve.Called() { // by a host: as one of its plugins
		worker.Serve(all.Plugins())
		return
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK    = 0
	exitRun   = 1 // the run failed
	exitUsage = 2 // the command was refused: nothing was opened
)

// usageError is an invalid command line.
type usageError struct {
	text string
	list string // lines to print below it
}

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// run is the program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	screen := newScreen(stderr)
	stderr = printable.Writer(screen)
	shown := newFits(stdout)
	defer shown.flush()
	cmd := newCommand(stdin, stdout, shown, screen)
	cmd.SetArgs(args)
	cmd.SetIn(stdin)
	cmd.SetOut(printable.Writer(stdout))
	cmd.SetErr(stderr)
	var err error
	if answer := t2.Command(args); answer != "" {
		err = usagef("%s", answer)
	} else {
		err = cmd.ExecuteContext(context.Background())
	}
	var usage *usageError
	var refused *host.UsageError
	if err == nil {
		return exitOK
	}
	format, _ := cmd.Flags().GetString("log-format")
	log := (&options{stderr: stderr, logFormat: format}).logger()
	for _, line := range flatten(err) {
		log.Error(line)
	}
	if errors.As(err, &usage) && format != "json" {
		fmt.Fprint(stderr, usage.list)
	}
	if errors.As(err, &usage) || errors.As(err, &refused) {
		return exitUsage
	}
	return exitRun
}

// flatten returns the messages of joined errors one by one.
func flatten(err error) []string {
	if refused, ok := err.(*host.UsageError); ok {
		err = refused.Err
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, e := range joined.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []string{err.Error()}
}
