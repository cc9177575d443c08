package wasm

import "golang.org/x/sys/unix"

// reserve maps size bytes of zeros, of which only the touched ones use memory. It returns nil
// if the system refuses, as with a limit of addresses (ulimit -v).
func reserve(size uint64) []byte {
	if size > 1<<32 || uint64(int(size)) != size {
		return nil
	}
	b, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	return b
}

// populate allocates memory for all of b at once: page by page, as pages are touched, it takes
// several times as long. Before Linux 5.14 it does nothing.
func populate(b []byte) { _ = unix.Madvise(b, unix.MADV_POPULATE_WRITE) }

func release(b []byte) { _ = unix.Munmap(b) } // cannot fail for a mapping of ours
