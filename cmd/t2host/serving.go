package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/metrics"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/host/view"
	"github.com/t2host/t2host/host/watch"
)

// serving is where a run can be watched.
type serving struct {
	metrics string // address; empty: nowhere
	debug   bool
	view    string // address; empty: nowhere
	token   string // the file that has it
	saved   string // file for the page; empty: none
	result  string // file for what a fleet merges; empty: none

	hub        string // file of the hub that gets tables; empty: none does
	sensorName string
}

// watchers are who watches a run.
type watchers struct {
	*options
	page    view.Config
	servers []*http.Server
	sensor  func() // ends it; nil: there is none
}

// serve lets others watch a run, whose settings are listed.
func (o *options) serve(w *watch.Watch, list []settings.Listed) (*watchers, error) {
	s := &watchers{options: o, page: view.Config{Watch: w}}
	for _, l := range list {
		s.page.Settings = append(s.page.Settings, view.Setting{Name: l.Key(), Value: l.Text, From: l.From(), Doc: l.Doc})
	}
	switch {
	case o.debug && o.metrics == "":
		return nil, usagef("--debug is for --metrics ADDR (try t2host -h)")
	case o.token != "" && o.view == "":
		return nil, usagef("--view-token is for --view ADDR (try t2host -h)")
	}
	if o.view != "" || o.saved != "" || o.result != "" || o.hub != "" {
		w.KeepHistory()
	}
	if err := s.open(w); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// open opens all places where the run can be watched, and begins to send to the hub.
func (s *watchers) open(w *watch.Watch) error {
	if s.metrics != "" {
		l, err := listenAt("--metrics", s.metrics)
		if err != nil {
			return err
		}
		s.start(l, metrics.Handler(w, s.debug))
		s.tell(fmt.Sprintf("metrics are at http://%s/metrics", l.Addr()))
	}
	if s.view != "" {
		if err := s.serveView(); err != nil {
			return err
		}
	}
	if s.hub == "" {
		return nil
	}
	place, err := fleet.ReadPlace(s.hub)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	connect := func(ctx context.Context) (*fleet.Hub, error) { return fleet.Connect(ctx, place, version.Product()) }
	s.sensor = fleet.NewSensor(fleet.SensorName(s.sensorName), sensorEvery, w, connect, s.tell).Start()
	return nil
}

// sensorEvery is how often a hub gets tables.
const sensorEvery = 5 * time.Second

// leastToken is the least length of a token, in bytes.
const leastToken = 16

// serveView serves the page: to other machines only if they have a token.
func (s *watchers) serveView() error {
	token, l, err := s.listenView()
	if err != nil {
		return err
	}
	s.page.Token = token
	s.start(l, view.Handler(s.page))
	s.tell(fmt.Sprintf("the run is shown at http://%s/", l.Addr()))
	return nil
}

// listenView listens where --view says, and returns the token: an address of other machines needs one.
func (s *serving) listenView() (token string, l net.Listener, err error) {
	if s.token != "" {
		data, err := os.ReadFile(s.token)
		if err != nil {
			return "", nil, &host.UsageError{Err: fmt.Errorf("--view-token %s: %w", s.token, cause.Of(err))}
		}
		if token = strings.TrimSpace(string(data)); len(token) < leastToken {
			return "", nil, usagef("--view-token %s: the token in it has %d bytes, want %d at least (head -c 18 /dev/urandom | base64 > %[1]s)", s.token, len(token), leastToken)
		}
	}
	if l, err = listenAt("--view", s.view); err != nil {
		return "", nil, err
	}
	address := l.Addr().(*net.TCPAddr)
	if token == "" && !address.IP.IsLoopback() {
		_ = l.Close()
		return "", nil, usagef("--view %s: other machines could read it: add --view-token FILE, or use a port of this machine (--view %d)", s.view, address.Port)
	}
	return token, l, nil
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

// start answers requests until close is called.
func (s *watchers) start(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: requestTime, IdleTimeout: time.Minute, MaxHeaderBytes: requestBytes}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(l) }() // the run does not need it: an error ends the page only
}

// end keeps the page, and, at a terminal, shows it until the user has seen enough of a run that has ended by itself.
func (s *watchers) end(stop <-chan struct{}) error {
	defer s.close()
	var err error
	if s.result != "" {
		err = fleet.WriteResult(s.result, s.page.Watch)
	}
	if s.saved != "" {
		var data []byte
		var saveErr error
		if data, saveErr = view.Save(s.page); saveErr == nil {
			saveErr = aside.WriteFile(s.saved, data, 0o644)
		}
		if saveErr != nil {
			err = errors.Join(err, fmt.Errorf("--save-view %s: %w", s.saved, cause.Of(saveErr)))
		} else {
			s.tell("the page is in " + s.saved)
		}
	}
	if s.view == "" || s.screen.terminal == nil {
		return err
	}
	s.tell("the run has ended, its page stays: Ctrl-C ends it")
	<-stop
	return err
}

// close ends the servers. Open pages get what is new before.
func (s *watchers) close() {
	if s.sensor != nil {
		s.sensor()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			_ = server.Close()
		}
	}
}
