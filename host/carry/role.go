package carry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/serve"
)

// The host's own executable, started again, is a plugin: one of those compiled
// in, or a worker that holds a module.
const (
	roleVariable = "T2HOST_ROLE"
	rolePlugins  = "plugins"
	roleWorker   = "worker"

	// What a worker is told. Its module is descriptor 4, or the built-in one
	// where there is no T2HOST_WORKER_MODULE.
	moduleVariable = "T2HOST_WORKER_MODULE" // name, for messages
	sumVariable    = "T2HOST_WORKER_SHA256"
	cacheVariable  = "T2HOST_WORKER_CACHE"
	memoryVariable = "T2HOST_WORKER_MEMORY"
	seedVariable   = "T2HOST_WORKER_SEED"

	moduleDescriptor = 4
)

// again is the command that starts this program in a role.
func (k *Carrier) again(name, role string, log func(string)) process.Command {
	return process.Command{
		Name: name, Path: self(), Env: []string{roleVariable + "=" + role}, Start: k.Start, Timeout: k.Timeout, Log: log, Stop: k.Stop,
	}
}

// self is the path of the running program: on Linux of the very file, also if
// another has taken its place since.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// worker is the command that starts a worker; without module it holds the
// built-in one. It knows of no cache but its own: what it writes the host must not load.
func (k *Carrier) worker(name string, module *os.File, sum, cache string, log func(string)) process.Command {
	c := k.again(name, roleWorker, func(line string) {
		// What a guest prints comes this way.
		log(strings.TrimPrefix(line, "stderr: "))
	})
	c.Env = append(c.Env,
		cacheVariable+"="+cache,
		memoryVariable+"="+strconv.FormatUint(k.MaxMemory, 10),
		seedVariable+"="+strconv.FormatUint(k.Seed, 10),
	)
	if module != nil {
		c.Env = append(c.Env, moduleVariable+"="+name, sumVariable+"="+sum)
		c.Files = []*os.File{module}
	}
	return c
}

// Serve plays the role in which a host has started this program, until that host
// ends it. builtIn are the plugins compiled in.
func Serve(builtIn []*sdk.Plugin) {
	if os.Getenv(roleVariable) == roleWorker {
		serve.Process(&relay{})
		return
	}
	serve.Process(serve.NewServer(builtIn...))
}

var errNoModule = errors.New("worker was not asked for its manifest first")

// relay passes the host's messages on to the module of a worker. It opens the
// module at the first message, so that what is wrong with it reaches the host.
type relay struct{ peer remote.Peer }

func (r *relay) Describe() ([]byte, error) {
	if r.peer == nil {
		peer, err := openWorker()
		if err != nil {
			return nil, err
		}
		r.peer = peer
	}
	return r.peer.Describe()
}

func (r *relay) Open(msg []byte) ([]byte, error) { return r.pass(msg, remote.Peer.Open) }

func (r *relay) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	return r.pass(msg, func(p remote.Peer, msg []byte) ([]byte, error) { return p.Batch(msg, piece) })
}

func (r *relay) Close() ([]byte, error) {
	if r.peer == nil {
		return nil, errNoModule
	}
	return r.peer.Close()
}

func (r *relay) pass(msg []byte, call func(remote.Peer, []byte) ([]byte, error)) ([]byte, error) {
	if r.peer == nil {
		return nil, errNoModule
	}
	room, err := r.peer.Room(len(msg))
	if err != nil {
		return nil, err
	}
	return call(r.peer, append(room, msg...))
}

// openWorker makes the sandbox that the environment describes.
func openWorker() (remote.Peer, error) {
	log := func(line string) { fmt.Fprintln(os.Stderr, line) }
	number := func(name string) uint64 {
		n, _ := strconv.ParseUint(os.Getenv(name), 10, 64) // written by worker
		return n
	}
	e := wasm.New(wasm.Config{
		CacheDir: os.Getenv(cacheVariable), MaxMemory: number(memoryVariable), Seed: number(seedVariable),
		Note: func(string) {}, // the host says so
		Warn: log,
	})
	name, foreign := os.LookupEnv(moduleVariable)
	if !foreign {
		code, _, _ := wasm.BuiltIn()
		return sandbox(e, builtIn, code, log)
	}
	code, err := readModule(os.NewFile(moduleDescriptor, name), os.Getenv(sumVariable))
	if err != nil {
		return nil, err
	}
	return sandbox(e, name, code, log)
}

// Describe gives the plugins of an artefact that is named by its path: a module
// or an executable, as its first bytes tell. It is asked once, in a process.
func (k *Carrier) Describe(path string) ([]*plugin.Artefact, error) {
	f, err := openModule(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := remote.NewLog(func(line string) { k.Warn("plugin " + path + ": " + line) })
	defer lines.Close()
	file := plugin.File{Path: path}
	connect := func() (remote.Peer, error) {
		return process.Connect(process.Command{Name: path, Path: path, SHA256: file.SHA256, Start: k.Start, Timeout: k.Timeout, Log: lines.Line, Stop: k.Stop})
	}
	isModule, err := plugin.IsModule(f)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, cause.Of(err))
	}
	if isModule {
		code, err := readModule(f, "")
		if err != nil {
			return nil, fmt.Errorf("plugin %s: %w", path, err)
		}
		file.SHA256 = checksum(code)
		connect = func() (remote.Peer, error) { return k.apart(path, f, code, file.SHA256, lines.Line) }
	} else if file.SHA256, err = hash(f); err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, err)
	}
	if pin, ok := k.Pins[plugin.Key(path)]; ok && pin != file.SHA256 {
		return nil, fmt.Errorf("plugin %s has checksum %s, its pin has %s: build it again, or pin the new one", path, file.SHA256, pin)
	}
	plugins, err := remote.Describe(connect)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, err)
	}
	var list []*plugin.Artefact
	for _, p := range plugins {
		a := &plugin.Artefact{Plugin: p, From: path, Executable: file}
		if isModule {
			a.Module, a.Executable = file, plugin.File{}
		}
		list = append(list, a)
	}
	return list, nil
}

func hash(f *os.File) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", cause.Of(err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
