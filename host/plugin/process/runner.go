package process

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/procfs"
	"github.com/t2host/t2host/sdk/serve"
)

// searched is the PATH of a process. It has no other variables but those that the host and
// go-plugin set.
const searched = "PATH=/usr/local/bin:/usr/bin:/bin"

// cause is why the host killed a process.
type cause uint8

const (
	notKilled cause = iota
	timedOut        // it did not answer
	released        // it was released, or its start failed
	stopped         // the user interrupted
)

// process is go-plugin's runner.Runner. The runner that go-plugin has passes the host's
// standard input and environment to plugins, mistakes stray output for the handshake, and
// leaves processes behind.
type process struct {
	cmd      *exec.Cmd
	exe      *executable
	policy   confine.Policy
	lifeline *os.File // the writing end: it closes with the host, however the host goes
	out      *output
	ring     *ring // nil: there is none

	exited chan struct{} // closed when the process has exited and its pipes are read

	network, address string // where it listens

	mu     sync.Mutex
	proc   *os.Process // nil before the start
	gone   bool        // it has ended
	hungUp bool        // and so has the connection
	conn   net.Conn    // to it
	killed cause
}

// newProcess returns a process that is not started yet. env is what go-plugin tells it.
func newProcess(c Command, exe *executable, folder *folder, out *output, env []string) (*process, error) {
	end, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("lifeline: %w", err)
	}
	p := &process{
		exe: exe, policy: c.Policy, lifeline: lifeline, out: out, exited: make(chan struct{}),
		cmd: &exec.Cmd{
			Args: []string{c.Name}, SysProcAttr: attributes(), Dir: folder.path,
			ExtraFiles: append([]*os.File{end}, c.Files...),
			Env:        slices.Concat([]string{searched, "TMPDIR=" + folder.path, serve.Lifeline + "=3"}, env, c.Env),
		},
	}
	if r := newRing(); r != nil {
		p.ring = r
		p.cmd.Env = append(p.cmd.Env, r.variable(3+len(p.cmd.ExtraFiles)))
		p.cmd.ExtraFiles = append(p.cmd.ExtraFiles, r.files()...)
	}
	p.policy.Folders = append(slices.Clip(p.policy.Folders), folder.path)
	return p, nil
}

// Start starts the process.
func (p *process) Start(context.Context) error {
	stdout, outEnd, err := os.Pipe()
	if err != nil {
		p.cmd.ExtraFiles[0].Close()
		p.lifeline.Close()
		return fmt.Errorf("standard output: %w", err)
	}
	stderr, errEnd, err := os.Pipe()
	if err != nil {
		for _, f := range []*os.File{stdout, outEnd, p.cmd.ExtraFiles[0], p.lifeline} {
			f.Close()
		}
		return fmt.Errorf("standard error: %w", err)
	}
	p.cmd.Stdout, p.cmd.Stderr = outEnd, errEnd // and no Stdin: the null device
	started := make(chan error)
	go p.run(started, stdout, stderr)
	err = <-started
	outEnd.Close()
	errEnd.Close()
	p.cmd.ExtraFiles[0].Close() // the process has its own descriptor
	if p.ring != nil {
		p.ring.started()
	}
	if err != nil {
		return startError(p.exe.path, err)
	}
	return nil
}

// run starts the process and stays on one thread: the death of the thread that started it
// would kill the process.
func (p *process) run(started chan<- error, stdout, stderr *os.File) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.policy.Start(p.cmd, p.exe.File)
	p.mu.Lock()
	if p.gone = err != nil; !p.gone {
		p.proc = p.cmd.Process
	}
	early := p.killed
	p.mu.Unlock()
	if early != notKilled {
		p.kill(early)
	}
	started <- err
	if err == nil {
		var readers sync.WaitGroup
		readers.Go(func() { p.out.stdout(stdout) })
		readers.Go(func() { p.out.stderr(stderr) })
		await(p.cmd, p.ended)
		// What the process wrote is in the pipes. If a child holds them open longer, the host
		// must not wait for it.
		soon := time.Now().Add(rest)
		_ = stdout.SetReadDeadline(soon)
		_ = stderr.SetReadDeadline(soon)
		readers.Wait()
	}
	stdout.Close()
	stderr.Close()
	p.lifeline.Close()
	p.out.close(err == nil && p.cmd.ProcessState.Success())
	close(p.exited)
}

// rest bounds reading pipes after exit.
const rest = 200 * time.Millisecond

// memory returns the most bytes that the process has held, or 0 if that is not known or it has ended.
func (p *process) memory() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil || p.gone {
		return 0
	}
	return procfs.Peak(strconv.Itoa(p.proc.Pid))
}

// ended notes that the process has exited, and ends its children.
func (p *process) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	killGroup(p.proc.Pid)
	time.AfterFunc(rest, p.hangUp) // an answer may still be on its way
}

// dial connects to the process.
func (p *process) dial(ctx context.Context) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, p.network, p.address)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hungUp {
		conn.Close()
		return nil, net.ErrClosed
	}
	p.conn = conn // gRPC dials again only after this one is closed
	return conn, nil
}

// hangUp closes the connection to the process: a child could keep it open, and go-plugin and
// gRPC would wait for an answer.
func (p *process) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hungUp = true
	if p.conn != nil {
		p.conn.Close()
	}
	if p.ring != nil {
		p.ring.hangUp()
	}
}

// kill kills the process and its children if it still runs. If it has not been started, it
// will not start.
func (p *process) kill(why cause) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	if p.killed == notKilled {
		p.killed = why
	}
	if p.proc == nil {
		return
	}
	killGroup(p.proc.Pid)
	_ = p.proc.Kill() // if there are no groups; the only error is that it has exited
}

// stopAt kills the process when stop is closed, if it still runs then.
func (p *process) stopAt(stop <-chan struct{}) {
	select {
	case <-stop:
		p.kill(stopped)
	case <-p.exited:
	}
}

func (p *process) killedFor() cause {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed
}

// end describes how the process ended, if it does within the time.
func (p *process) end(within time.Duration) (string, bool) {
	select {
	case <-p.exited:
		return p.cmd.ProcessState.String(), true
	case <-time.After(within):
		return "", false
	}
}

// Wait waits for the end of the process.
func (p *process) Wait(context.Context) error {
	<-p.exited
	return nil
}

// Kill is called by go-plugin to end a failed start, and at the very end.
func (p *process) Kill(context.Context) error {
	p.kill(released)
	return nil
}

// ID returns the process number, or "" if it was never started.
func (p *process) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil {
		return ""
	}
	return strconv.Itoa(p.proc.Pid)
}

// Name returns the executable's path.
func (p *process) Name() string { return p.exe.path }

// Diagnose adds nothing: the errors are made elsewhere.
func (p *process) Diagnose(context.Context) string { return "" }

// Stdout returns a reader of the handshake, for go-plugin, and nothing else that is printed.
func (p *process) Stdout() io.ReadCloser { return p.out.handshake }

// Stderr returns an empty reader, for go-plugin.
func (p *process) Stderr() io.ReadCloser { return p.out.silence }

// PluginToHost notes the address and returns it unchanged.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	p.network, p.address = network, address
	return network, address, nil
}

// HostToPlugin returns the address unchanged.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
