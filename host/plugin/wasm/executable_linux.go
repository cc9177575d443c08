package wasm

import (
	"errors"

	"golang.org/x/sys/unix"
)

// errNoCode is the error of a system that lets no process make code: compiled modules are.
var errNoCode = errors.New("this process may not make memory executable, which a sandbox needs (MemoryDenyWriteExecute of systemd forbids it): use --runtime process, or leave that out of the unit")

// executable returns an error if memory that was written cannot be made executable, so that no module could run.
func executable() error {
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	defer unix.Munmap(page)
	page[0] = 0xc3
	if unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC) != nil {
		return errNoCode
	}
	return nil
}
