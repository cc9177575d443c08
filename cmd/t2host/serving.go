package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/metrics"
	"github.com/t2host/t2host/host/watch"
)

// serving is where a run can be watched.
type serving struct {
	metrics string // address; empty: nowhere
	debug   bool
}

// serve lets others watch a run until closed is called.
func (o *options) serve(w *watch.Watch) (closed func(), err error) {
	if o.metrics == "" {
		if o.debug {
			return nil, usagef("--debug is for --metrics ADDR (try t2host -h)")
		}
		return func() {}, nil
	}
	l, err := listenAt("--metrics", o.metrics)
	if err != nil {
		return nil, err
	}
	o.tell(fmt.Sprintf("metrics are at http://%s/metrics", l.Addr()))
	return serveHTTP(l, metrics.Handler(w, o.debug)), nil
}

// listenAt listens at the address of a flag: HOST:PORT, or PORT of this machine only.
func listenAt(flag, address string) (net.Listener, error) {
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usagef("%s %s: want HOST:PORT, or PORT on this machine", flag, address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &host.UsageError{Err: fmt.Errorf("%s %s: %w", flag, address, cause.Of(err))}
	}
	return l, nil
}

// Bounds of a request.
const (
	requestTime  = 10 * time.Second
	requestBytes = 16 << 10
)

// serveHTTP answers requests until closed is called.
func serveHTTP(l net.Listener, h http.Handler) (closed func()) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: requestTime, IdleTimeout: time.Minute, MaxHeaderBytes: requestBytes}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return // the run does not need it
		}
	}()
	return func() {
		_ = s.Close()
		<-done
	}
}
