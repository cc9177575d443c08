//go:build !linux

package live

import (
	"errors"

	"github.com/t2host/t2host/host/capture"
)

// Open returns an error: only Linux has what it needs.
func Open(Config) (capture.Live, error) {
	return nil, errors.New("capturing from an interface needs Linux: pipe a recording in, tcpdump -w - | t2host -r -")
}
