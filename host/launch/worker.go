package launch

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/worker"
)

// command returns the command that starts a plugin's process.
func (k *carrier) command(name, path string, log func(string)) process.Command {
	return process.Command{Name: name, Path: path, Start: k.config.Start, Timeout: k.Timeout, Log: log, Stop: k.Stop}
}

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
	c := k.command(name, worker.Executable(), func(line string) {
		// What the guest prints comes this way.
		log(strings.TrimPrefix(line, "stderr: "))
	})
	c.Env = j.Environ()
	if module != nil {
		c.Files = []*os.File{module}
	}
	return process.Connect(c)
}
