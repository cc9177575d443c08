package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// The bits of flowStat that are a flow's and not a packet's (docs/reference/decoding.md#status-bits).
const (
	Inverted        decode.FlowStat = 1 << 0  // L3FLOWINVERT: the server's side
	Fragmented      decode.FlowStat = 1 << 36 // IPV4_FRAG: a first fragment, or one without a first
	FragmentError   decode.FlowStat = 1 << 37 // IPV4_FRAG_ERR: something else came before the last fragment
	FragmentOrphan  decode.FlowStat = 1 << 38 // IPV4_FRAG_HDSEQ_ERR: no first fragment
	FragmentPending decode.FlowStat = 1 << 39 // IPV4_FRAG_PENDING: no last fragment
	EndedByRule     decode.FlowStat = 1 << 41 // RMFLOW: a plugin's rule ended it
	EndedForRoom    decode.FlowStat = 1 << 42 // RMFLOW_HFULL
	DuplicateID     decode.FlowStat = 1 << 44 // DUPIPID: two packets with one IP identification
	ManyStacks      decode.FlowStat = 1 << 48 // HDOVRN: a packet came when Details was full
	LandAttack      decode.FlowStat = 1 << 50 // LANDATTACK: source and destination are the same
)
