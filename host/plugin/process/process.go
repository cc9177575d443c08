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

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// Command is an executable to start, and how it is watched.
type Command struct {
	Name    string            // of the plugin, and of the process
	Path    string            // of the executable
	SHA256  string            // of the executable, in hex; empty: not checked
	Own     bool              // Path is that of this program: others may be able to replace it
	Env     []string          // KEY=VALUE, added to the visible ones of the host
	Files   []*os.File        // inherited as descriptors 4, 5, …; the caller closes them
	Start   time.Duration     // how long the start, and each call up to Open, may take; 0: 60 s
	Timeout time.Duration     // how long it may be silent in later calls; 0: 30 s
	Log     func(line string) // called with each line that the process prints, "stdout: …" or "stderr: …"; not after Release
	Stop    <-chan struct{}   // closed: the process is killed; nil: never
	Dir     string            // parent of the folder of its socket; empty: one of the usual places (see Sweep)
	Policy  confine.Policy    // what it may do; the folder of its socket is added
}

// grace bounds how long a process may need to exit by itself, and to accept a connection after
// it has told where it listens.
const grace = 2 * time.Second

// sweepOnce sweeps at the first start.
var sweepOnce = sync.OnceFunc(Sweep)

// Connect starts the process and connects to it.
//
// # Errors
//
// The error for a plugin of another ABI version is a [wire.VersionError]; that for a process
// that ended tells how it ended, and its last words.
func Connect(c Command) (remote.Peer, error) {
	exe, err := openExecutable(&c)
	if err != nil {
		return nil, err
	}
	defer exe.Close() // the process has its own descriptor by then
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
	defer folder.remove() // with its socket: the connection is made, or the start has failed
	tlsConfig, certificate, err := mutualTLS()
	if err != nil {
		return nil, err
	}
	c.Env = append(c.Env[:len(c.Env):len(c.Env)], clientCertVariable+"="+certificate)
	out := newOutput(c.Log)
	p := &peer{timeout: c.Start, later: c.Timeout, begun: time.Now()}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  serve.Handshake,
		Plugins:          plugin.PluginSet{serve.Name: &serve.Link{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		TLSConfig:        tlsConfig,
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
			process, err := newProcess(c, exe, folder, out, spec.Env)
			if err != nil {
				return nil, err
			}
			p.process = process
			// go-plugin bounds the handshake, but not the connection.
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
