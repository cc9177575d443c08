package filter

import "errors"

// pflog is the layout of what OpenBSD's pf logged: the length of its header is the first byte, without what pads it to 4 bytes.
func (l *layout) pflog() {
	l.family, l.kind.at = pflog, 1
	l.payload.cell = l.begin(&value{op: "&", a: add(load(place{}, 1), 3), b: constant(^uint32(3))})
}

// pfReasons and pfActions are the names after reason and action (OpenBSD, net/pfvar.h).
var (
	pfReasons = map[string]uint32{
		"match": 0, "bad-offset": 1, "fragment": 2, "short": 3, "normalize": 4, "memory": 5, "bad-timestamp": 6, "congestion": 7, "ip-option": 8, "proto-cksum": 9,
		"state-mismatch": 10, "state-insert": 11, "state-limit": 12, "src-limit": 13, "synproxy": 14,
	}
	pfActions = map[string]uint32{
		"pass": 0, "accept": 0, "drop": 1, "block": 1, "scrub": 2, "noscrub": 3, "nat": 4, "nonat": 5, "binat": 6, "nobinat": 7, "rdr": 8, "nordr": 9, "synproxy-drop": 10,
	}
)

// longestName is the length of an interface's and of a ruleset's name.
const longestName = 15

// packetFilter returns the test of what pf logged of a packet (OpenBSD, net/if_pflog.h).
func (g *generator) packetFilter(s *special) (*condition, error) {
	if g.family != pflog {
		return nil, errors.New("is for frames of pflog")
	}
	switch at := func(offset uint32) place { return g.header.plus(offset) }; s.word {
	case "action":
		return equal(load(at(2), 1), *s.number), nil
	case "reason":
		return equal(load(at(3), 1), *s.number), nil
	case "ifname":
		return bytesEqual(at(4), []byte(s.arg)), nil
	case "ruleset":
		return bytesEqual(at(20), []byte(s.arg)), nil
	case "rulenum":
		return equal(load(at(36), 4), *s.number), nil
	default:
		return equal(load(at(40), 4), *s.number), nil
	}
}
