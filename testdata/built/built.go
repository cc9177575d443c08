// Package built returns what tests of several packages need and what takes seconds
// to build. Each thing is built when a test first asks for it: once in a process, or,
// with T2HOST_BUILT=DIR, once in that folder for all processes.
package built

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// folder is where things are built.
var folder = sync.OnceValues(func() (dir string, err error) {
	if dir := os.Getenv("T2HOST_BUILT"); dir != "" {
		return dir, os.MkdirAll(dir, 0o755)
	}
	temp, err = os.MkdirTemp("", "t2host-test")
	return temp, err
})

// temp is the folder of this process alone, if it made one.
var temp string

// Remove removes what this process has built for itself alone. A TestMain calls it
// after the tests.
func Remove() {
	if temp != "" {
		os.RemoveAll(temp)
	}
}

// Once returns a function that calls build the first time, with an empty folder of
// that name, and returns its path or error from then on.
func Once(name string, build func(dir string) (path string, err error)) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		root, err := folder()
		if err != nil {
			return "", err
		}
		unlock, err := lock(filepath.Join(root, name+".lock"))
		if err != nil {
			return "", err
		}
		defer unlock()
		dir, done := filepath.Join(root, name), filepath.Join(root, name+".done")
		if path, err := os.ReadFile(done); err == nil {
			return string(path), nil
		}
		if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
			return "", err
		}
		path, err := build(dir)
		if err != nil {
			return "", fmt.Errorf("build %s: %w", name, err)
		}
		return path, os.WriteFile(done, []byte(path), 0o644)
	})
}

// root is the folder of the module's sources.
var root = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
})

// Command builds a command of this module, pkg being relative to its root, with the
// flags of make build, whose packages are compiled already.
func Command(out, pkg string, env []string, flags ...string) error {
	dir, err := root()
	if err != nil {
		return err
	}
	args := append([]string{"build", "-trimpath"}, flags...)
	cmd := exec.Command("go", append(args, "-o", out, "./"+pkg)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return nil
}

// Guest builds a command of this module as a WebAssembly module.
func Guest(out, pkg string) error {
	return Command(out, pkg, []string{"GOOS=wasip1", "GOARCH=wasm"}, "-buildmode=c-shared", "-ldflags=-s -w -buildid=")
}
