package procfs

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

func TestKilobytes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "status")
	if err := os.WriteFile(file, []byte("Name:\tx\nVmHWM:\t    1200 kB\nVmRSS: 5 kB\nVmSwap: x kB\nVmLck: 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]uint64{"VmHWM:": 1200 << 10, "VmSwap:": 0, "VmLck:": 0, "Name:": 0, "VmPeak:": 0} {
		if got := kilobytes(file, name); got != want {
			t.Errorf("kilobytes(%s) = %d, want %d", name, got, want)
		}
	}
	if got := kilobytes(file+"x", "VmHWM:"); got != 0 {
		t.Errorf("kilobytes of no file = %d", got)
	}
}

func TestOfThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has these files")
	}
	self := Peak("self")
	if byNumber := Peak(strconv.Itoa(os.Getpid())); self < 1<<20 || byNumber < self || Physical() < self {
		t.Errorf("self %d bytes, by its number %d, the machine %d", self, byNumber, Physical())
	}
}
