package cause

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"testing"
)

func TestOf(t *testing.T) {
	reason := errors.New("reason")
	for _, err := range []error{
		reason, &fs.PathError{Op: "open", Path: "x", Err: reason}, &os.LinkError{Op: "rename", Err: reason},
		&net.OpError{Op: "dial", Err: &os.SyscallError{Syscall: "connect", Err: reason}},
		fmt.Errorf("read: %w", &fs.PathError{Err: &fs.PathError{Err: reason}}),
	} {
		if got := Of(err); got != reason {
			t.Errorf("Of(%v) = %v", err, got)
		}
	}
	if Of(nil) != nil {
		t.Error("nil has a cause")
	}
	if err := error(&fs.PathError{Op: "open"}); Of(err) != err {
		t.Error("an error without a reason becomes nil")
	}
}
