package wasm

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// mapped reports whether an address is one of this process.
func mapped(t *testing.T, address uintptr) bool {
	t.Helper()
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Skip("no /proc here")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x", &from, &to); err != nil {
			t.Fatal(err)
		}
		if from <= address && address < to {
			return true
		}
	}
	return false
}

// TestMemoryGrows: to its limit, in both ways, and keeps what it holds.
func TestMemoryGrows(t *testing.T) {
	for name, m := range map[string]*memory{
		"reserved": {limit: 1 << 20},
		"heap":     {limit: 1<<32 + 1<<20}, // more than is reserved
	} {
		t.Run(name, func(t *testing.T) {
			m.Allocate(0, 0)
			if (m.reserved != nil) != (name == "reserved") {
				t.Skip("this system reserves nothing")
			}
			b := m.Reallocate(1 << 16)
			copy(b, "kept")
			grown := m.Reallocate(1 << 20)
			if len(grown) != 1<<20 || string(grown[:4]) != "kept" || strings.Trim(string(grown[4:]), "\x00") != "" {
				t.Errorf("%d bytes, begin with %q", len(grown), grown[:8])
			}
			over := m.limit + 1<<16
			func() {
				defer func() {
					if recover() == nil || m.wanted != over {
						t.Errorf("more than the limit does not end the guest, or is not noted: %d", m.wanted)
					}
				}()
				m.Reallocate(over)
			}()
			m.Free()
			m.Free()
		})
	}
}

// TestNoMemoryIsLeft: what was reserved goes with the instance, and where there
// comes to be none.
func TestNoMemoryIsLeft(t *testing.T) {
	if reserve(1) == nil {
		t.Skip("this system reserves nothing")
	}
	var m memory
	m.limit = 1 << 20
	m.Allocate(0, 0)
	address := uintptr(unsafe.Pointer(unsafe.SliceData(m.Reallocate(1 << 16))))
	if !mapped(t, address) {
		t.Fatal("reserved memory is not mapped")
	}
	m.Free()
	if mapped(t, address) {
		t.Error("memory stays mapped")
	}
}
