package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// folder holds one plugin's socket until the connection is made. It is private, and locked
// while it is in use.
type folder struct {
	path string
	lock *os.File // nil if there are no locks
}

// maxParent bounds the path of the folder's parent in bytes: a socket's path must
// stay below 104, and go-plugin adds a folder and a file.
const maxParent = 104 - len("/t2host-4194304-0123456789/plugin-dir0123456789/plugin0123456789") - 1

// newFolder creates the folder in dir, or in the first of the usual places in which that is
// possible.
func newFolder(dir string) (*folder, error) {
	places := parents()
	if dir != "" {
		if len(dir) > maxParent {
			return nil, fmt.Errorf("folder for a plugin's socket: %s is longer than %d bytes: choose a shorter one", dir, maxParent)
		}
		places = []string{dir}
	}
	var problem error
	for _, place := range places {
		path, err := os.MkdirTemp(place, fmt.Sprintf("t2host-%d-", os.Getpid()))
		if err == nil {
			return &folder{path, lockFolder(path)}, nil
		}
		if problem == nil {
			problem = err
		}
	}
	return nil, fmt.Errorf("folder for a plugin's socket: %w: set TMPDIR to a folder that can be written", problem)
}

// parents returns the usual places whose path is short enough.
func parents() []string {
	var list []string
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if filepath.IsAbs(dir) && len(dir) <= maxParent && !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

func (f *folder) remove() {
	_ = os.RemoveAll(f.path) // what remains is swept at the next start
	if f.lock != nil {
		f.lock.Close()
	}
}

// Sweep removes the folders of hosts that were killed while they started a plugin. It looks in
// $XDG_RUNTIME_DIR, the folder of temporary files, and /tmp. The first Connect of a process
// calls it.
func Sweep() {
	for _, dir := range parents() {
		sweep(dir)
	}
}

// sweep removes this user's folders whose process is gone and whose lock is free.
func sweep(dir string) {
	entries, _ := os.ReadDir(dir) // an unreadable folder is not ours
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), "t2host-")
		number, _, dashed := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if !ok || !dashed || err != nil || pid <= 0 || alive(pid) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if lock := lockFolder(path); lock != nil {
			_ = os.RemoveAll(path)
			lock.Close()
		}
	}
}
