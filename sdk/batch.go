package sdk

import "github.com/t2host/t2host/sdk/answer"

// Batch is what a stage works on: begins of flows, rows of packets, flow ends, ticks and changes
// of imported tables, in capture order, and Out for the answer. A stage must not keep any of it: its memory is
// used again after the call. See [Stage].
type Batch struct {
	Number      uint64 // from 1
	First, Last uint64 // numbers of the first and last frame that it covers, 0 if there is none
	Time        int64  // packet time of frame Last, nanoseconds since 1970 UTC; a sandbox's time of day
	Final       bool   // it is the last of the run: send what is left, and report
	Totals      Totals // of the whole run, in the final batch
	Events      uint32 // how many there are in the whole batch, of which Order is the number, from 0
	Starts      Starts
	Packets     Packets
	Ends        Ends
	Ticks       Ticks
	Imports     []answer.Delta // in ascending order of At; [TableView] has them as tables
	Out         answer.Answer

	env     *Env
	applied int
}

// Totals are counts of a whole run.
type Totals struct {
	Packets uint64 // packets of the capture, those without a flow included
	Bytes   uint64 // captured bytes of the packets that have a flow
}

// Ticks are the ticks of a batch, see [Every].
type Ticks struct {
	N    int
	Time []int64 // packet time, a multiple of the interval, nanoseconds since 1970 UTC
	// UTCOffset is seconds east of UTC at Time, in the host's zone.
	UTCOffset []int32
	Before    []uint32 // how many of the batch's packets come before it
	Order     []uint32 // its place among all events of the batch
}

// Reset empties the ticks and keeps their memory. The host calls it.
func (t *Ticks) Reset() {
	t.N, t.Time, t.UTCOffset, t.Before, t.Order = 0, t.Time[:0], t.UTCOffset[:0], t.Before[:0], t.Order[:0]
}

// Slice returns ticks [from, to), with rows packets less before them. The host calls it.
func (t *Ticks) Slice(from, to, rows int) Ticks {
	return Ticks{N: to - from, Time: slice(t.Time, from, to), UTCOffset: slice(t.UTCOffset, from, to), Before: less(t.Before, from, to, rows), Order: slice(t.Order, from, to)}
}

// NoFlow is the slot of no flow: of the opposite of a flow that has none.
const NoFlow = ^uint32(0)
