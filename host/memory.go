package host

import (
	"bufio"
	"bytes"
	"os"
	"runtime/metrics"
	"strconv"
)

// memory is the most bytes that this process has held so far, those of plugins in the
// sandbox among them and those of plugin processes not; and what the machine has. 0
// is what the system does not say.
func memory() (used, physical uint64) {
	if status, err := os.ReadFile("/proc/self/status"); err == nil { // Linux
		used = kilobytes(status, "VmHWM:")
	}
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		physical = kilobytes(info, "MemTotal:")
	}
	if used == 0 {
		used = ofRuntime()
	}
	return used, physical
}

// ofRuntime is the bytes that Go's runtime has of the system.
func ofRuntime() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 || s[1].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// kilobytes reads a line of proc_meminfo(5) or proc_pid_status(5), in bytes:
// "MemTotal:       16384000 kB".
func kilobytes(text []byte, name string) uint64 {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if f := bytes.Fields(lines.Bytes()); len(f) == 3 && string(f[0]) == name && string(f[2]) == "kB" {
			kb, _ := strconv.ParseUint(string(f[1]), 10, 64)
			return kb << 10
		}
	}
	return 0
}
