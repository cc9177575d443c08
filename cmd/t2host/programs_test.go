package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/t2host/t2host/testdata/built"
)

// counterFolder is somebody else's plugin, built by t2host build.
var counterFolder = built.Once("counter", buildCounter)

// environ is the environment of a program under test: nothing of the user's that
// t2host reads, but what go has compiled and fetched.
func environ() ([]string, error) {
	cache, err := built.OwnCache()
	if err != nil {
		return nil, err
	}
	golang, err := goFolders()
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "T2HOST_PLUGINS=", "XDG_DATA_HOME="+filepath.Join(cache, "data"), "XDG_CACHE_HOME="+cache)
	return append(env, golang...), nil
}

// goFolders are where go keeps what it has compiled and fetched, by default in HOME, which is
// another one for a script; and CGO_ENABLED, without which it would compile all of it again.
var goFolders = sync.OnceValues(func() ([]string, error) {
	names := []string{"GOCACHE", "GOMODCACHE", "CGO_ENABLED"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	vars := []string{"GOFLAGS=-mod=mod -trimpath"} // the go.mod of somebody else's plugin is not tidy
	for i, path := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		vars = append(vars, names[i]+"="+path)
	}
	return vars, nil
})

// mustBuild returns the path of what was built. Building takes too long for -short.
func mustBuild(t testing.TB, what func() (string, error)) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: what it needs is not built")
	}
	path, err := what()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// writeCounter writes the sources of somebody else's plugin: a module of its own.
func writeCounter(dir string) error {
	archive, err := txtar.ParseFile("testdata/counter.txtar")
	if err != nil {
		return err
	}
	if err := txtar.Write(archive, dir); err != nil {
		return err
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		return err
	}
	text := strings.Replace(string(mod), "module github.com/t2host/t2host", "module example.org/counter", 1) +
		"\nrequire github.com/t2host/t2host v0.0.0\nreplace github.com/t2host/t2host => " + root + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		return err
	}
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644)
}

// buildCounter returns the folder that t2host build has made.
func buildCounter(dir string) (string, error) {
	program, err := built.Program()
	if err != nil {
		return "", err
	}
	if err := writeCounter(dir); err != nil {
		return "", err
	}
	cmd := exec.Command(program, "build", dir)
	if cmd.Env, err = environ(); err != nil {
		return "", err
	}
	out, err := cmd.CombinedOutput()
	place := filepath.Join(dir, "build", "mycounter")
	if err == nil && !strings.Contains(string(out), "myCounter 1.0.0 is in "+place+"\n") {
		err = fmt.Errorf("does not print where the plugin is")
	}
	if err != nil {
		return "", fmt.Errorf("t2host build: %w\n%s", err, out)
	}
	return place, nil
}
