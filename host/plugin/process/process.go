// Package process takes an executable and gives a peer: the plugins it holds,
// served by a process of their own over go-plugin. No such process outlives the
// host, and none keeps it waiting for longer than it may.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// Command is what is started, and how it is watched.
type Command struct {
	Name    string            // of the plugin: what the process is called
	Path    string            // of the executable
	SHA256  string            // of the executable, in hex; empty: not checked
	Env     []string          // KEY=VALUE, beside those of the host's that a plugin may see
	Files   []*os.File        // inherited as descriptors 4, 5, …; they stay the caller's
	Timeout time.Duration     // of the start and of each call; 0: 30 s
	Log     func(line string) // takes what the process prints, a line a call, "stdout: …" or "stderr: …"
}

// grace is how long a process may take to leave by itself.
const grace = 2 * time.Second

// Connect starts the process and connects to it.
//
// # Errors
//
// A plugin of another ABI version gives [wire.VersionError]; a process that
// ended gives how, and its last words.
func Connect(c Command) (remote.Peer, error) {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	exe, err := openExecutable(c.Path, c.SHA256)
	if err != nil {
		return nil, err
	}
	defer exe.Close() // the process has it by then
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	defer folder.remove() // also with its socket: the connection stands, or the start has failed
	p := &peer{timeout: c.Timeout}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  serve.Handshake,
		Plugins:          plugin.PluginSet{serve.Name: &serve.Link{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     c.Timeout,
		Logger:           hclog.NewNullLogger(),
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: folder.path},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(serve.Codec{}), grpc.MaxCallRecvMsgSize(wire.MaxMessage+1)),
		},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			process, err := newProcess(c, exe, spec.Env)
			if err != nil {
				return nil, err
			}
			p.process = process
			// go-plugin gives the handshake its time, but not the connection.
			p.late = time.AfterFunc(c.Timeout+grace, func() { process.kill(timedOut) })
			return process, nil
		},
	})
	if err := p.connect(); err != nil {
		err = p.reason(err)
		p.Release(true)
		return nil, err
	}
	return p, nil
}

// peer is a connected process.
type peer struct {
	client  *plugin.Client
	process *process
	conn    *grpc.ClientConn
	stream  grpc.ClientStream // of batches
	cancel  context.CancelFunc
	timeout time.Duration
	late    *time.Timer // ends a start that takes too long

	room   []byte
	answer serve.Message
}

// connect makes the connection and asks for something, so that it stands.
func (p *peer) connect() error {
	protocol, err := p.client.Client()
	if p.late != nil {
		defer p.late.Stop()
	}
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense(serve.Name)
	if err != nil {
		return err
	}
	p.conn = raw.(*grpc.ClientConn) // serve.Link gives nothing else
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.stream, err = p.conn.NewStream(ctx, &serve.BatchesStream, serve.MethodBatches)
	return err
}

func (p *peer) Describe() ([]byte, error) { return p.call(serve.MethodDescribe, nil) }

func (p *peer) Open(msg []byte) ([]byte, error) { return p.call(serve.MethodOpen, msg) }

func (p *peer) Close() ([]byte, error) { return p.call(serve.MethodClose, nil) }

func (p *peer) Room(size int) ([]byte, error) {
	if cap(p.room) < size {
		p.room = make([]byte, 0, size)
	}
	return p.room[:0], nil
}

func (p *peer) call(method string, msg []byte) ([]byte, error) {
	return p.within(func() error {
		return p.conn.Invoke(context.Background(), method, &serve.Message{Data: msg}, &p.answer)
	})
}

// Batch sends the batch and waits for its answer. The bytes of msg are not
// copied on the way: when the answer is there, they have been read.
func (p *peer) Batch(msg []byte) ([]byte, error) {
	return p.within(func() error {
		if err := p.stream.SendMsg(&serve.Message{Data: msg}); err != nil {
			// The stream's end says why.
			return errors.Join(p.stream.RecvMsg(&p.answer), err)
		}
		return p.stream.RecvMsg(&p.answer)
	})
}

// within lets a call take its time and no more.
func (p *peer) within(call func() error) ([]byte, error) {
	late := time.AfterFunc(p.timeout, func() { p.process.kill(timedOut) })
	err := call()
	late.Stop()
	if err != nil {
		return nil, p.reason(err)
	}
	return p.answer.Data, nil
}

// reason makes of an error of the connection what the user needs to know.
func (p *peer) reason(err error) error {
	if p.process == nil || p.process.ID() == "" {
		return err // it was never started
	}
	if version, ok := p.process.otherVersion(); ok {
		return wire.VersionError(version)
	}
	if s, ok := status.FromError(err); ok && s.Code() == codes.Aborted {
		return errors.New(s.Message()) // the plugin's side said so, and lives
	}
	how, ended := p.process.end(time.Second)
	switch words := p.process.out.last(); {
	case ended && p.process.killedFor() == timedOut:
		return fmt.Errorf("did not answer within %v: killed%s", p.timeout, words)
	case ended && p.process.killedFor() == notKilled:
		return fmt.Errorf("process died: %s%s", how, words)
	case ended && strings.HasPrefix(err.Error(), "timeout"):
		return fmt.Errorf("did not say within %v that it has started: killed%s", p.timeout, words)
	}
	if s, ok := status.FromError(err); ok {
		return errors.New(s.Message())
	}
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}

// Release ends the process. go-plugin's Kill waits for ever for a process that
// does not answer, so such a one is killed first, and any other if it takes
// longer than the grace.
func (p *peer) Release(broken bool) {
	if p.cancel != nil {
		p.cancel()
	}
	if p.process != nil && p.process.ID() != "" {
		if broken {
			p.process.kill(released)
		} else {
			defer time.AfterFunc(grace, func() { p.process.kill(released) }).Stop()
		}
		defer func() { <-p.process.exited }()
	}
	p.client.Kill()
	p.answer.Free()
}
