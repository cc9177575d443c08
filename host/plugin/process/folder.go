package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folder is where one plugin's socket lies until the connection stands. It is
// private, and locked while it is in use.
type folder struct {
	path string
	lock *os.File // nil where there are no locks
}

// maxBase bounds the path of the folder's parent: a socket's path must not be
// longer than 104 bytes, and go-plugin adds a folder and a file.
const maxBase = 104 - len("/t2host-4194304-0123456789/plugin-dir0123456789/plugin0123456789") - 1

func newFolder() (*folder, error) {
	base := baseFolder()
	sweep(base)
	path, err := os.MkdirTemp(base, fmt.Sprintf("t2host-%d-", os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("folder for a plugin's socket: %w", err)
	}
	return &folder{path, lockFolder(path)}, nil
}

// baseFolder is the first of the usual places that is there and short enough.
func baseFolder() string {
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && len(dir) <= maxBase {
			return dir
		}
	}
	return "/tmp"
}

func (f *folder) remove() {
	_ = os.RemoveAll(f.path) // what stays is swept at the next start
	if f.lock != nil {
		f.lock.Close()
	}
}

// sweep removes the folders of hosts that were killed while they started a
// plugin: those whose process is gone and whose lock is free.
func sweep(base string) {
	found, _ := filepath.Glob(filepath.Join(base, "t2host-*-*")) // the pattern is well-formed
	for _, path := range found {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), "t2host-"), "-")
		if n, err := strconv.Atoi(pid); err != nil || n <= 0 || alive(n) {
			continue
		}
		if lock := lockFolder(path); lock != nil {
			_ = os.RemoveAll(path)
			lock.Close()
		}
	}
}
