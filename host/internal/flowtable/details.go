package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// Details is what T2's basicFlow shows of a flow beside its key: what differed among its
// packets, in order of appearance (docs/reference/records.md#details-of-a-flow).
type Details struct {
	Stacks [4]uint32 // header stacks, see decode.Stacks
	SrcMAC [3][6]byte
	DstMAC [3][6]byte
	VLANID [3]uint16 // of the first packet, outermost first

	ICMP [maxICMP]uint16 // types and codes

	NStacks, NSrcMAC, NDstMAC, NVLANID, NICMP uint8
}

// maxICMP is how many types and codes of ICMP a flow keeps.
const maxICMP = 8

// Details returns the details of the flow in slot, or nil without Config.Details.
func (t *Table) Details(slot uint32) *Details {
	if !t.cfg.Details {
		return nil
	}
	return &t.more[slot>>slabBits][slot&(slabSize-1)]
}

func (d *Details) begin(h *decode.Headers) {
	*d = Details{VLANID: h.VLANID, NVLANID: h.NVLANID}
}

// add notes a packet of f.
func (d *Details) add(f *Flow, h *decode.Headers) {
	if d.NStacks == 4 {
		f.FlowStat |= ManyStacks // T2: also if the stack is one of the four
	} else if !has(d.Stacks[:d.NStacks], h.Stack) {
		d.Stacks[d.NStacks] = h.Stack
		d.NStacks++
	}
	if h.HasType && h.Key.Proto != decode.ProtoSCTP {
		d.addICMP(uint16(h.Type)<<8 | uint16(h.Code))
	}
	if f.FlowStat&decode.NoEthernet != 0 {
		return
	}
	dst, src := [6]byte(h.MACs[:6]), [6]byte(h.MACs[6:])
	if d.NSrcMAC < 3 && !has(d.SrcMAC[:d.NSrcMAC], src) {
		d.SrcMAC[d.NSrcMAC] = src
		d.NSrcMAC++
	}
	if d.NDstMAC < 3 && !has(d.DstMAC[:d.NDstMAC], dst) {
		d.DstMAC[d.NDstMAC] = dst
		d.NDstMAC++
	}
}

func (d *Details) addICMP(message uint16) {
	if d.NICMP < maxICMP && !has(d.ICMP[:d.NICMP], message) {
		d.ICMP[d.NICMP] = message
		d.NICMP++
	}
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
