//go:build linux && (amd64 || arm64)

package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The rights of Landlock that are in use (landlock(7)).
const (
	execute = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	read    = execute | unix.LANDLOCK_ACCESS_FS_READ_DIR
	write   = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	ofFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE // that a rule for a file may have
)

// handled returns the rights to files that a version of Landlock knows. Those without a rule
// are refused.
func handled(version int) uint64 {
	last := [...]uint64{
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM, unix.LANDLOCK_ACCESS_FS_MAKE_SYM, unix.LANDLOCK_ACCESS_FS_REFER, unix.LANDLOCK_ACCESS_FS_TRUNCATE,
		unix.LANDLOCK_ACCESS_FS_TRUNCATE, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
	}
	return 2*last[min(version, len(last)-1)] - 1
}

// system are the files that programs of the system read. Those that do not exist are left out.
func system() []string {
	libraries, _ := filepath.Glob("/lib*") // the pattern is well-formed
	return append(libraries, "/usr", "/etc/ld.so.cache")
}

// ruleset returns Landlock's rules for a program, as a file that the caller closes; nil if the
// kernel has no Landlock.
func (p *Policy) ruleset(program *os.File) (*os.File, error) {
	version := Probe().Landlock
	if version == 0 {
		return nil, nil
	}
	attributes := unix.LandlockRulesetAttr{Handled_access_fs: handled(version)}
	if version >= landlockNetwork {
		attributes.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= landlockScopes {
		attributes.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes), 0)
	if errno != 0 {
		return nil, fmt.Errorf("make Landlock's rules: %w", errno)
	}
	rules := os.NewFile(fd, "Landlock's rules")
	if err := p.addRules(rules, program, handled(version)); err != nil {
		rules.Close()
		return nil, err
	}
	return rules, nil
}

func (p *Policy) addRules(rules, program *os.File, handled uint64) error {
	if err := addFile(rules, program, execute); err != nil {
		return err
	}
	for _, path := range system() {
		if err := addPath(rules, path, read&handled); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, path := range p.Read {
		if err := addPath(rules, path, read&handled); err != nil {
			return err
		}
	}
	for _, path := range append(p.Folders[:len(p.Folders):len(p.Folders)], os.DevNull) {
		if err := addPath(rules, path, write&handled); err != nil {
			return err
		}
	}
	return nil
}

func addPath(rules *os.File, path string, access uint64) error {
	f, err := os.OpenFile(path, unix.O_PATH, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return addFile(rules, f, access)
}

// addFile allows access to a file, or to everything below a folder.
func addFile(rules, f *os.File, access uint64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.IsDir() {
		access &= ofFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(f.Fd())}
	if err := add(rules, unix.LANDLOCK_RULE_PATH_BENEATH, unsafe.Pointer(&rule)); err != nil {
		return fmt.Errorf("allow access to %s: %w", f.Name(), err)
	}
	return nil
}

func add(rules *os.File, kind uintptr, rule unsafe.Pointer) error {
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, rules.Fd(), kind, uintptr(rule), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
