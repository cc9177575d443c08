//go:build !unix

package outfile

import "os"

const (
	locks    = false
	noFollow = 0
)

func tryLock(*os.File, bool) bool { return true }

func share(*os.File) *os.File { return nil }
