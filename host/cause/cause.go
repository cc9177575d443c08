// Package cause returns the system's own reason from an error of the standard
// library.
package cause

import (
	"errors"
	"io/fs"
	"net"
	"os"
)

// Of returns err without the operation, path and address that the standard library adds to a
// system's error: messages here name these themselves. It returns nil only if err is nil.
func Of(err error) error {
	for {
		var (
			op   *net.OpError
			call *os.SyscallError
			path *fs.PathError
			link *os.LinkError
		)
		var inner error
		switch {
		case errors.As(err, &op):
			inner = op.Err
		case errors.As(err, &call):
			inner = call.Err
		case errors.As(err, &path):
			inner = path.Err
		case errors.As(err, &link):
			inner = link.Err
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
