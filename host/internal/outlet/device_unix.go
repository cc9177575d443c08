//go:build unix

package outlet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxUnixPath is the longest path of a Unix socket: sun_path without its NUL.
const maxUnixPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// openDevice opens a FIFO or device. A plain open of a FIFO would hang, beyond
// the reach of ctx, until somebody reads it.
func openDevice(ctx context.Context, cfg *Config, path string) (*os.File, error) {
	for wait := backoffMin; ; wait = min(2*wait, backoffMax) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|unix.O_NONBLOCK, 0)
		if !errors.Is(err, unix.ENXIO) {
			return f, err
		}
		if !cfg.Wait {
			return nil, fmt.Errorf("nobody reads it: start `cat %s` in another terminal", path)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
