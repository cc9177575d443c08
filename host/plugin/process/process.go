// Package process starts an executable and returns a peer: the plugins that it
// holds, served by a process of their own over go-plugin. No such process
// outlives the host, and none delays it longer than its time limit.
package process

import (
	"cmp"
	"context"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

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
	Start   time.Duration     // how long the start, and each call up to Open, may take; 0: 60 s
	Timeout time.Duration     // how long it may be silent in later calls; 0: 30 s
	Log     func(line string) // takes what the process prints, one line at a time, "stdout: …" or "stderr: …"; not after Release
	Stop    <-chan struct{}   // closed: the process is killed; nil: never
	Dir     string            // where the folder of its socket is made; empty: where there is room (see Sweep)
}

// grace is how long a process may take to leave by itself, and a connection to
// be made once the process has said where.
const grace = 2 * time.Second

// sweepOnce is for the first start of the process.
var sweepOnce = sync.OnceFunc(Sweep)

// Connect starts the process and connects to it.
//
// # Errors
//
// A plugin of another ABI version gives [wire.VersionError]; a process that
// ended gives how, and its last words.
func Connect(c Command) (remote.Peer, error) {
	exe, err := openExecutable(c.Path, c.SHA256)
	if err != nil {
		return nil, err
	}
	defer exe.Close() // the process has it by then
	return connect(c, exe)
}

func connect(c Command, exe *executable) (remote.Peer, error) {
	c.Start = cmp.Or(c.Start, 60*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	sweepOnce()
	folder, err := newFolder(c.Dir)
	if err != nil {
		return nil, err
	}
	defer folder.remove() // also with its socket: the connection stands, or the start has failed
	out := newOutput(c.Log)
	p := &peer{timeout: c.Start, later: c.Timeout, begun: time.Now()}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  serve.Handshake,
		Plugins:          plugin.PluginSet{serve.Name: &serve.Link{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     c.Start,
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       &out.early,
		SyncStderr:       &out.earlyErr,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: folder.path},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(serve.Codec{}), grpc.MaxCallRecvMsgSize(wire.MaxMessage)),
			grpc.WithInitialWindowSize(serve.Window), grpc.WithInitialConnWindowSize(serve.Window),
			grpc.WithReadBufferSize(serve.Buffer), grpc.WithWriteBufferSize(serve.Buffer),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return p.process.dial(ctx) }),
		},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			process, err := newProcess(c, exe, out, spec.Env)
			if err != nil {
				return nil, err
			}
			p.process = process
			// go-plugin gives the handshake its time, but not the connection.
			p.late = time.AfterFunc(c.Start+grace, p.expire)
			if c.Stop != nil {
				go process.stopAt(c.Stop)
			}
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
