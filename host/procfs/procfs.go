// Package procfs reads what Linux tells of memory in /proc.
package procfs

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"strconv"
)

// Peak returns the most bytes that a process has held so far, in memory or shared with others, or 0 if the system does not
// say. The process is a number, or self.
func Peak(process string) uint64 { return kilobytes(path.Join("/proc", process, "status"), "VmHWM:") }

// Physical returns the bytes of memory that the machine has, or 0 if the system does not say.
func Physical() uint64 { return kilobytes("/proc/meminfo", "MemTotal:") }

// kilobytes reads a line of a file of proc_meminfo(5) or proc_pid_status(5), in bytes:
// "MemTotal:       16384000 kB".
func kilobytes(file, name string) uint64 {
	text, _ := os.ReadFile(file) // there is none on other systems
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if f := bytes.Fields(lines.Bytes()); len(f) == 3 && string(f[0]) == name && string(f[2]) == "kB" {
			kb, _ := strconv.ParseUint(string(f[1]), 10, 64)
			return kb << 10
		}
	}
	return 0
}
