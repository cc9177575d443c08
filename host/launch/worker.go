package launch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/worker"
)

// Bounds of a process, in bytes. What its plugin is granted is added.
const (
	processMemory = 1 << 30
	workerMemory  = 2 << 30   // compiling the largest modules needs most of it
	workerFile    = 512 << 20 // the compiled form of a module
)

// command returns the command that starts a process for a plugin that is granted so much memory.
func (k *carrier) command(name, path string, memory uint64, log func(string)) process.Command {
	return process.Command{
		Name: name, Path: path, Start: k.config.Start, Timeout: k.Timeout, Log: log, Stop: k.Stop,
		Policy: confine.Policy{Memory: processMemory + memory},
	}
}

// allow adds what the user grants to what a process may do.
func allow(p *confine.Policy, g plugin.Grant) error {
	p.Children = g.Children
	for _, path := range g.Read {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("grant read:%s: %w", path, cause.Of(err))
		}
		p.Read = append(p.Read, path)
	}
	for _, peer := range g.Peers {
		list, err := addresses(peer)
		if err != nil {
			return fmt.Errorf("grant net:%s: %w", peer, err)
		}
		p.Peers = append(p.Peers, list...)
	}
	if len(g.Peers) > 0 { // how names are resolved; no resolver can be asked
		p.Read = append(p.Read, "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf")
	}
	return nil
}

// addresses returns the addresses of a peer, HOST:PORT.
func addresses(peer string) ([]netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(peer)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, err
	}
	ctx, done := context.WithTimeout(context.Background(), lookup)
	defer done()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var list []netip.AddrPort
	for _, a := range found {
		list = append(list, netip.AddrPortFrom(a.Unmap(), uint16(port)))
	}
	return list, nil
}

// lookup bounds how long the name of a peer is looked up.
const lookup = 10 * time.Second

// apart connects to the module in f, whose bytes are code, in a worker, which reads it again
// and checks it.
func (k *carrier) apart(name string, f *os.File, code []byte, sum string, memory uint64, log func(string)) (remote.Peer, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("module %s: %w", name, err)
	}
	return k.worker(name, f, worker.Job{Module: name, SHA256: sum, CacheDir: k.engine().Worker(name, code), MaxMemory: memory}, log)
}

// worker connects to a worker that does a job; module is nil for the built-in one.
func (k *carrier) worker(name string, module *os.File, j worker.Job, log func(string)) (remote.Peer, error) {
	j.Seed = k.Seed
	c := k.command(name, worker.Executable(), j.MaxMemory, func(line string) {
		// What the guest prints comes this way.
		log(strings.TrimPrefix(line, "stderr: "))
	})
	c.Own, c.Env = true, j.Environ()
	c.Policy = confine.Policy{Memory: workerMemory + j.MaxMemory, FileSize: workerFile}
	if j.CacheDir != "" {
		c.Policy.Folders = []string{j.CacheDir}
	}
	if module != nil {
		c.Files = []*os.File{module}
	}
	return process.Connect(c)
}
