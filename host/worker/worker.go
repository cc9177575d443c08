// Package worker is what this program does when a host starts it again: it serves the
// plugins that are compiled in, or holds one module in a sandbox, in a process of its own.
package worker

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/serve"
)

// OwnModule is what messages call the module of the first-party plugins.
const OwnModule = "t2host's own plugins"

// The environment in which a worker is started.
const (
	roleVariable = "T2HOST_ROLE"
	rolePlugins  = "plugins"
	roleModule   = "worker"

	moduleVariable = "T2HOST_WORKER_MODULE"
	sumVariable    = "T2HOST_WORKER_SHA256"
	cacheVariable  = "T2HOST_WORKER_CACHE"
	memoryVariable = "T2HOST_WORKER_MEMORY"
	seedVariable   = "T2HOST_WORKER_SEED"
)

// moduleDescriptor is the file descriptor of Job.Module.
const moduleDescriptor = 4

// Job is the sandbox that a worker makes, and the module that it holds.
type Job struct {
	Module    string // its name, for messages; the worker inherits the open file as descriptor 4. Empty: the built-in module
	SHA256    string // of Module, in hex; empty: any
	CacheDir  string // of compiled modules, for this worker alone; empty: none
	MaxMemory uint64 // of the plugin, in bytes
	Seed      uint64 // of the random bytes
}

// Environ returns the environment, KEY=VALUE, of a process that does the job.
func (j Job) Environ() []string {
	env := []string{
		roleVariable + "=" + roleModule,
		cacheVariable + "=" + j.CacheDir,
		memoryVariable + "=" + strconv.FormatUint(j.MaxMemory, 10),
		seedVariable + "=" + strconv.FormatUint(j.Seed, 10),
	}
	if j.Module != "" {
		env = append(env, moduleVariable+"="+j.Module, sumVariable+"="+j.SHA256)
	}
	return env
}

// readJob returns the job whose Environ this process has.
func readJob() (Job, error) {
	j := Job{Module: os.Getenv(moduleVariable), SHA256: os.Getenv(sumVariable), CacheDir: os.Getenv(cacheVariable)}
	for _, v := range []struct {
		name string
		to   *uint64
	}{{memoryVariable, &j.MaxMemory}, {seedVariable, &j.Seed}} {
		var err error
		if *v.to, err = strconv.ParseUint(os.Getenv(v.name), 10, 64); err != nil {
			return Job{}, fmt.Errorf("environment of the worker: %s: %w", v.name, err)
		}
	}
	return j, nil
}

// PluginsEnviron returns the environment, KEY=VALUE, of a process that serves the plugins
// that are compiled in.
func PluginsEnviron() []string { return []string{roleVariable + "=" + rolePlugins} }

// Executable returns the path by which this program is started again: on Linux that of the
// very file that runs, even if another has replaced it since.
func Executable() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// Serve does what the host that started this process has asked for, until that host ends it.
// builtIn are the plugins compiled in.
func Serve(builtIn []*sdk.Plugin) {
	if os.Getenv(roleVariable) == roleModule {
		serve.Process(&relay{})
		return
	}
	serve.Process(serve.NewServer(builtIn...))
}
