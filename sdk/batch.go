package sdk

import "github.com/t2host/t2host/sdk/answer"

// Batch is what a stage works on: rows of packets, flow ends and changes of imported tables,
// in capture order, and Out for the answer. A stage must not keep any of it: its memory is
// used again after the call. See [Stage].
type Batch struct {
	Number      uint64 // from 1
	First, Last uint64 // numbers of the first and last frame that it covers, 0 if there is none
	Time        int64  // packet time of frame Last, nanoseconds since 1970 UTC; a sandbox's time of day
	Final       bool   // it is the last of the run: send what is left, and report
	Totals      Totals // of the whole run, in the final batch
	Packets     Packets
	Ends        Ends
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

// NoFlow is the slot of no flow: of the opposite of a flow that has none.
const NoFlow = ^uint32(0)
