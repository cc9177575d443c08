package host

import (
	"bufio"
	"bytes"
	"os"
	"runtime/metrics"
	"strconv"
)

// memory is the bytes that Go's runtime has of the system, with those of plugins in the
// sandbox and without those of plugin processes; and what the machine has, 0 if it does not say.
func memory() (used, physical uint64) {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() == metrics.KindUint64 && s[1].Value.Kind() == metrics.KindUint64 {
		used = s[0].Value.Uint64() - s[1].Value.Uint64()
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return used, 0 // not Linux
	}
	return used, physicalMemory(info)
}

// physicalMemory reads proc_meminfo(5): "MemTotal:       16384000 kB".
func physicalMemory(info []byte) uint64 {
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		if f := bytes.Fields(lines.Bytes()); len(f) == 3 && string(f[0]) == "MemTotal:" && string(f[2]) == "kB" {
			kb, _ := strconv.ParseUint(string(f[1]), 10, 64)
			return kb << 10
		}
	}
	return 0
}
