//go:build !unix

package outlet

import (
	"context"
	"os"
)

const maxUnixPath = 107 // see device_unix.go

func openDevice(_ context.Context, _ *Config, path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}
