package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// oneRequest is how long signals after the first one repeat its request: GNU timeout,
// sudo, npm and systemd signal a program and then its whole process group.
const oneRequest = time.Second

// endRequests calls ask at the first signal and exit at one that comes later than
// oneRequest after it. It returns when signals is closed.
func endRequests(signals <-chan os.Signal, ask func(), exit func(code int)) {
	if _, ok := <-signals; !ok {
		return
	}
	first := time.Now()
	ask()
	for s := range signals {
		if time.Since(first) > oneRequest {
			code := 128
			if s, ok := s.(syscall.Signal); ok {
				code += int(s)
			}
			exit(code)
		}
	}
}

// onSignals returns a channel that is closed when one of endSignals asks for the end, and
// calls tell then. A later signal ends the program.
func onSignals(tell func()) (asked <-chan struct{}, done func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endSignals()...)
	stop := make(chan struct{})
	var watching, writing sync.WaitGroup
	watching.Go(func() {
		endRequests(signals, func() {
			close(stop)
			writing.Go(tell) // a terminal that does not read must not keep the next signal waiting
		}, os.Exit)
	})
	return stop, func() {
		signal.Stop(signals)
		close(signals)
		watching.Wait()
		writing.Wait()
	}
}

// ignoreSIGPIPE turns a closed pipe after standard output into an error of the write, instead
// of a silent death.
func ignoreSIGPIPE() { signal.Ignore(syscall.SIGPIPE) }

// interruptible returns a context that ends when the user asks for the end.
func interruptible(parent context.Context, status io.Writer) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(parent)
	asked, stop := onSignals(func() {
		if status != nil {
			fmt.Fprintln(status, "t2host: ending; interrupt again to abort")
		}
	})
	go func() {
		select {
		case <-asked:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); stop() }
}
