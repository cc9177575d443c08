package host

import (
	"runtime/metrics"

	"github.com/t2host/t2host/host/procfs"
)

// memory is the most bytes that this process has held so far, those of plugins in the
// sandbox among them and those of plugin processes not; and what the machine has. 0
// is what the system does not say.
func memory() (used, physical uint64) {
	if used = procfs.Peak("self"); used == 0 {
		used = ofRuntime()
	}
	return used, procfs.Physical()
}

// PhysicalMemory returns the bytes of memory that the machine has, 0 if the system does not say.
func PhysicalMemory() uint64 { return procfs.Physical() }

// ofRuntime is the bytes that Go's runtime has of the system.
func ofRuntime() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 || s[1].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}
