package decode_test

import (
	"encoding/binary"
	"sync"
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// typed is a frame of an EtherType.
func typed(t uint16) *capture.Frame {
	data := make([]byte, 60)
	binary.BigEndian.PutUint16(data[12:], t)
	return &capture.Frame{Link: capture.LinkTypeEthernet, WireLen: 60, Data: data}
}

// Hostile packets make no more stacks than there is room for; those that were met stay.
func TestStacksAreBounded(t *testing.T) {
	const room = 1 << 14
	d := decode.New()
	var h decode.Headers
	numbers := map[uint32]bool{}
	for n := range 2 * room {
		d.Decode(typed(uint16(0xa000-2*room+n)), &h)
		numbers[h.Stack] = true
		if h.Stack == 0 || h.Stack >= room {
			t.Fatalf("stack number %d", h.Stack)
		}
	}
	if len(numbers) < room-100 {
		t.Errorf("%d stacks of %d types, there is room for more", len(numbers), 2*room)
	}
	if got, want := d.Stacks().Stack(h.Stack), (decode.Stack{HdrDesc: "..."}); got != want {
		t.Errorf("a stack too many is %v, want %v", got, want)
	}
	if h.FlowStat&decode.LongStack == 0 {
		t.Error("it is not marked as too long")
	}
	if n := testing.AllocsPerRun(20, func() { d.Decode(typed(0x9fff), &h) }); n > 2 { // the frame's
		t.Errorf("%v allocations where there is no room", n)
	}
	d.Decode(typed(0xa000-2*room+7), &h)
	if got, want := d.Stacks().Stack(h.Stack), (decode.Stack{HdrDesc: "eth:UNK(0x2007)", NumHdrs: 2}); got != want {
		t.Errorf("one of the first is %v, want %v", got, want)
	}
	if got := d.Stacks().Stack(1 << 31); got != (decode.Stack{}) {
		t.Errorf("an invalid number returns %v", got)
	}
}

// Two packets have the same number exactly if they have the same text and as many headers.
func TestStacksAreOneEach(t *testing.T) {
	d := decode.New()
	var h decode.Headers
	numbers := map[decode.Stack]uint32{}
	stacks := map[uint32]decode.Stack{}
	for _, p := range allCases(t) {
		d.Decode(p.frame(), &h)
		s := d.Stacks().Stack(h.Stack)
		if n, ok := numbers[s]; ok && n != h.Stack {
			t.Errorf("%s: %v is number %d and %d", p.name, s, n, h.Stack)
		}
		if other, ok := stacks[h.Stack]; ok && other != s {
			t.Errorf("%s: number %d is %v and %v", p.name, h.Stack, s, other)
		}
		numbers[s], stacks[h.Stack] = h.Stack, s
	}
	ipx := typed(40)
	for _, sap := range []byte{0x10, 0xe0} { // both are IPX
		ipx.Data[14] = sap
		d.Decode(ipx, &h)
		if s := d.Stacks().Stack(h.Stack); s.HdrDesc != "eth:llc:ipx" || h.Stack != numbers[s] {
			t.Errorf("SAP %#x: number %d, %v, was %d", sap, h.Stack, s, numbers[s])
		}
	}
}

// Another goroutine reads the numbers that it is given while the decoder goes on.
func TestStacksAreReadMeanwhile(t *testing.T) {
	d := decode.New()
	given := make(chan uint32, 100)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for n := range given {
			if s := d.Stacks().Stack(n); s.NumHdrs != 2 {
				t.Errorf("number %d is %v", n, s)
			}
			d.Stacks().Stack(n + 50) // one that may be in the making
		}
	}()
	var h decode.Headers
	for n := range 2000 {
		d.Decode(typed(uint16(0xa000+n)), &h)
		given <- h.Stack
	}
	close(given)
	wg.Wait()
}
