package pack

import (
	"context"
	"time"

	"github.com/t2host/t2host/host/download"
)

// Fetch copies the pack at a URL into a new file, at most a pack's largest size.
func Fetch(ctx context.Context, url, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	return download.Fetch(ctx, url, path, maxSize)
}
