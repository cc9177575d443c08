package live

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop drops all rights that capturing needs and the run does not: the capabilities of all threads, for this process and those that it
// starts. If the process is root, it also becomes the user of that name, or the one who called sudo. Drop returns the new user, empty
// if that did not change.
func Drop(name string) (became string, err error) {
	if name == "" && os.Geteuid() == 0 {
		name = os.Getenv("SUDO_USER")
		if name == "root" {
			name = ""
		}
	}
	if name != "" {
		if err := become(name); err != nil {
			return "", fmt.Errorf("user %s: %w", name, err)
		}
		became = name
	}
	err = all(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0)
	if errors.Is(err, syscall.ENOTSUP) {
		return became, ErrCgo
	}
	if err != nil {
		return became, fmt.Errorf("no_new_privs: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	err = all(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if err != nil {
		return became, fmt.Errorf("capabilities: %w", err)
	}
	return became, nil
}

// all makes a system call on all threads.
func all(number, a, b, c uintptr) error {
	if _, _, errno := syscall.AllThreadsSyscall(number, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

// become makes the process another user's, with that user's home folder.
func become(name string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	if uid == os.Geteuid() {
		return nil
	}
	groups := []int{gid}
	ids, err := u.GroupIds()
	if err == nil { // else only its own
		for _, id := range ids {
			if n, err := strconv.Atoi(id); err == nil {
				groups = append(groups, n)
			}
		}
	}
	if err := errors.Join(syscall.Setgroups(groups), syscall.Setresgid(gid, gid, gid), syscall.Setresuid(uid, uid, uid)); err != nil {
		return errors.New("only root can become another user: start t2host with sudo")
	}
	for _, name := range []string{"XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"} {
		_ = os.Unsetenv(name) // they are root's
	}
	return os.Setenv("HOME", u.HomeDir)
}
