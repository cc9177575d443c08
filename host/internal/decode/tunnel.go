package decode

// outer is the flow of a tunnel's packet in case its payload cannot be read. What is known of
// its IP header stays in the decoder until the next IP header is read, which is then the
// flow's.
type outer struct {
	headers         Headers
	link            int
	transportHeader int
}

// enter saves the current flow before the tunnel's payload overwrites it, and resets what
// belongs to its transport header.
func (d *Decoder) enter(h *Headers) {
	d.inner, d.tunnelled = true, true
	d.outer = outer{*h, d.link, d.transportHeader}
	h.FlowStat &^= NoLength // T2 looks at the lengths of the innermost header only
	k := &h.Key
	k.SrcPort, k.DstPort = 0, 0
	h.FragID, h.MoreFragments, h.FragOffset = 0, false, false
	h.TCPHeader, h.Message, h.Byte13 = TCPHeader{}, Message{}, 0
	d.transportHeader = 0
}

// leave restores the outer flow, because the payload is not IP. As in T2 the stack, the status
// and the tags remain those of the whole packet.
func (d *Decoder) leave(h *Headers) place {
	o := &d.outer
	o.headers.FlowStat = h.FlowStat | o.headers.FlowStat&NoLength | Stopped
	o.headers.Key.VLAN, o.headers.VLANID, o.headers.NVLANID = h.Key.VLAN, h.VLANID, h.NVLANID
	if o.headers.Key.Proto == protoEtherIP { // T2's exception
		o.headers.MACs = h.MACs
	}
	*h = o.headers
	d.link, d.transportHeader = o.link, o.transportHeader
	d.inner = false
	return stop
}

// notIP ends the walk at a payload of layer 2 that is not IP.
func (d *Decoder) notIP(h *Headers) place {
	if d.inner {
		return d.leave(h)
	}
	h.Key.Kind = Layer2
	return stop
}

// unreadable ends the walk at a header that was not captured or makes no sense: the packet has
// the flow known so far.
func (d *Decoder) unreadable(h *Headers) place {
	h.FlowStat |= Stopped
	switch {
	case d.inner:
		return d.leave(h)
	case h.Key.Kind == NoFlow && h.Key.EtherType != 0:
		h.Key.Kind = Layer2
	}
	return stop
}

// noFlow ends the walk of a packet that T2 drops.
func noFlow(h *Headers) place {
	h.Key.Kind = NoFlow
	return stop
}
