package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// isError reports whether h is an error message of ICMP (RFC 1122, 3.2.2) or ICMPv6 (RFC 4443,
// 2.1): it is about another flow, and no part of a request or its reply.
func isError(h *decode.Headers) bool {
	switch h.Key.Proto {
	case decode.ProtoICMP:
		switch h.Type {
		case 3, 4, 5, 11, 12: // unreachable, source quench, redirect, time exceeded, parameter problem
			return true
		}
	case decode.ProtoICMPv6:
		return h.Type < 128
	}
	return false
}
