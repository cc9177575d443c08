package process

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// reason turns an error of go-plugin or gRPC into what the user needs to know. It waits for
// the end of the process if that is near, since its state and its last words tell more.
func (p *peer) reason(err error) error {
	if !p.started() {
		return err
	}
	if version, ok := p.process.out.version(); ok && version != wire.Version {
		return wire.VersionError(version)
	}
	state, isStatus := status.FromError(err)
	if isStatus && state.Code() == codes.Aborted {
		return errors.New(oneLine(state.Message())) // an answer of the plugin's side, which still runs
	}
	if isStatus && state.Code() == serve.LimitCode {
		return &remote.LimitError{Text: oneLine(state.Message())}
	}
	how, ended := p.process.end(grace)
	why := p.process.killedFor()
	switch _, spoke := p.process.out.version(); {
	case why == stopped:
		return errors.New("interrupted")
	case why == timedOut:
		return &remote.LimitError{Text: fmt.Sprintf("did not answer within %v: killed", p.timeout)}
	case ended && why == notKilled && !spoke:
		return fmt.Errorf("process died: %s, before the plugin handshake%s", how, p.process.out.last())
	case ended && why == notKilled:
		return fmt.Errorf("process died: %s%s", how, p.process.out.last())
	case !spoke && time.Since(p.begun) >= p.timeout: // go-plugin has no error value for this
		return fmt.Errorf("did not start within %v: killed", p.timeout)
	case isStatus:
		return errors.New(plain(state))
	case err == errMalformedHead:
		return err
	case err == io.EOF:
		return errors.New("closed the connection while still running: killed")
	}
	return fmt.Errorf("plugin handshake failed: %s", oneLine(err.Error()))
}

var errMalformedHead = errors.New("head of an answer is malformed")

// plain returns an error of the connection without gRPC's words.
func plain(s *status.Status) string {
	switch s.Code() {
	case codes.Unavailable, codes.Canceled, codes.DeadlineExceeded:
		return "connection lost although the process still runs: killed (" + oneLine(s.Message()) + ")"
	case codes.Unimplemented:
		return "does not answer like a t2host plugin: " + oneLine(s.Message())
	}
	return oneLine(strings.TrimPrefix(s.Message(), "grpc: "))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
