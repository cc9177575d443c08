package wasm

import "golang.org/x/sys/unix"

// reserve maps size bytes of zeros, of which only those that are touched take
// memory; nil where the system refuses, as with a limit of addresses (ulimit -v).
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

// populate takes memory for all of b at once: as they are touched pages come one by
// one, which takes several times as long. Before Linux 5.14 they still do.
func populate(b []byte) { _ = unix.Madvise(b, unix.MADV_POPULATE_WRITE) }

func release(b []byte) { _ = unix.Munmap(b) } // of a mapping of ours there is nothing to fail
