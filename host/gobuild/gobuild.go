// Package gobuild compiles commands with the user's Go toolchain.
package gobuild

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoGo is the error if there is no go command.
var ErrNoGo = errors.New("no go command in the path: install Go (https://go.dev/dl)")

// Find returns ErrNoGo if there is no go command.
func Find() error {
	if _, err := exec.LookPath("go"); err != nil {
		return ErrNoGo
	}
	return nil
}

// Job is a command to compile.
type Job struct {
	Dir     string    // the folder in which the go command runs
	Command string    // its package: ./cmd/NAME
	Out     string    // the file to write
	Module  bool      // as a WebAssembly module, not as an executable
	OS      string    // of the executable, as GOOS; empty: this system's
	Arch    string    // with OS: as GOARCH
	Debug   bool      // with symbols, and the user's module without optimization
	Overlay string    // the file that tells which files are read instead of others, as the go command has it; empty: none are
	Alone   bool      // without the network, and without the user's settings of the go command
	Output  io.Writer // receives what the compiler prints
}

// Run compiles the command. It returns ErrNoGo, or the go command's own error, with the reason
// in Output.
func Run(ctx context.Context, j Job) error {
	out, err := filepath.Abs(j.Out)
	if err != nil {
		return err
	}
	args := []string{"build"}
	env := os.Environ()
	if j.Alone {
		env = alone(env)
	}
	if j.Module {
		args = append(args, "-buildmode=c-shared")
		env = append(env, "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	}
	if j.OS != "" {
		env = append(env, "GOOS="+j.OS, "GOARCH="+j.Arch)
	}
	if j.Overlay != "" {
		args = append(args, "-overlay", j.Overlay)
	}
	if j.Debug {
		args = append(args, "-gcflags=./...=-N -l") // of the module; the rest is fast
	} else {
		args = append(args, "-trimpath", "-ldflags=-s -w")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", out, j.Command)...)
	cmd.Dir, cmd.Env = j.Dir, env
	cmd.Stdout, cmd.Stderr = j.Output, j.Output
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it removes its temporary files
	err = cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return ErrNoGo
	}
	return err
}

// Cgo returns a package that the command needs, outside the standard library, which calls C through cgo; empty: there is none.
func Cgo(ctx context.Context, dir, command string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{if and (not .Standard) .CgoFiles}}{{.ImportPath}}{{end}}", command)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return first, err
}

// places are the variables of the go command that only set where it keeps files.
var places = []string{"GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOTMPDIR"}

// alone removes from an environment what changes a build or reaches the network.
func alone(env []string) []string {
	var kept []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "GO") || slices.Contains(places, name) {
			kept = append(kept, v)
		}
	}
	return append(kept, "GOENV=off", "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local")
}
