package sdk

import "github.com/t2host/t2host/sdk/answer"

// Batch is what a stage works on: rows of packets, flow ends and changes of
// imported tables, in capture order, and Out for the answer. A stage may keep
// nothing of it: all of it is used again after the call.
type Batch struct {
	Number      uint64 // from 1
	First, Last uint64 // numbers of the first and last frame whose events it holds
	Time        int64  // packet time of frame Last, nanoseconds since 1970 UTC: the time of day in the sandbox
	Final       bool   // the last batch of the run: report, send what is left
	Totals      Totals // of the run, in the last batch
	Packets     Packets
	Ends        Ends
	Imports     []answer.Delta // ordered by At; Table is an index in the plugin's Imports
	Out         answer.Answer

	env     *Env
	applied int
}

// Totals are those of a whole run.
type Totals struct {
	Packets uint64 // of the capture, also those without a flow
	Bytes   uint64 // captured, of the packets with a flow
}

// NoFlow is no slot.
const NoFlow = ^uint32(0)
