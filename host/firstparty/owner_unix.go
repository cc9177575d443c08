//go:build unix

package firstparty

import (
	"io/fs"
	"os"
	"syscall"
)

func ours(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

func writable(info fs.FileInfo) bool { return info.Mode()&0o022 != 0 }
