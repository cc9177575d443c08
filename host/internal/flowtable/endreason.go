package flowtable

import "iter"

// EndReason is why a flow ended: IPFIX's flowEndReason (RFC 5102, 5.11.3).
type EndReason uint8

// The reasons.
const (
	IdleTimeout   EndReason = 1 // no packet came for the timeout of its state
	ActiveTimeout EndReason = 2 // it lasted longer than Config.MaxDuration
	EndDetected   EndReason = 3 // its connection was closed or reset, or a new one began
	Forced        EndReason = 4 // the input ended, or a rule said so
	NoResources   EndReason = 5 // it made room for another
)

// timedOut returns the reason for the end of a flow whose timeout has passed.
func timedOut(f *Flow) EndReason {
	if f.timeout == closed || f.timeout == reset {
		return EndDetected
	}
	return IdleTimeout
}

// reasons are the names of RFC 5102, in words.
var reasons = [...]string{IdleTimeout: "idle timeout", ActiveTimeout: "active timeout", EndDetected: "end detected", Forced: "forced", NoResources: "lack of resources"}

// Reasons returns how many flows have ended for each reason.
func (s *Stats) Reasons() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for why := IdleTimeout; why <= NoResources; why++ {
			if !yield(reasons[why], s.Ended[why]) {
				return
			}
		}
	}
}
