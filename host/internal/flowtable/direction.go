package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// fromServer reports whether a conversation's first packet comes from its server
// (docs/reference/flows.md#a-new-flow).
func (t *Table) fromServer(h *decode.Headers) bool {
	if h.Key.Kind == decode.Layer2 {
		return false
	}
	if !t.cfg.ByFlags {
		const synAck = syn | ack
		return portOfServer(&h.Key) || h.Key.Proto == decode.ProtoTCP && h.Byte13&synAck == synAck
	}
	switch roleOf(h) {
	case opens:
		return false
	case answers:
		return true
	}
	if client := t.past.client(&h.Key, t.now); client != nil {
		return *client != h.Key
	}
	return portOfServer(&h.Key)
}

// portOfServer guesses from the ports whether a packet with the key comes from a server.
func portOfServer(k *decode.Key) bool {
	switch k.SrcPort {
	case 8080, 8081, 8088, 8089:
		return true
	}
	return k.SrcPort < 1024 && k.SrcPort < k.DstPort
}

// role is what a packet says about who has opened its conversation.
type role uint8

const (
	silent  role = iota // nothing
	opens               // its sender
	answers             // its receiver
)

// roleOf returns what the packet says by its flags, chunk or type.
func roleOf(h *decode.Headers) role {
	switch {
	case h.TCP && h.TCPFlags&syn != 0: // RFC 9293, 3.5
		if h.TCPFlags&ack != 0 {
			return answers
		}
		return opens
	case !h.HasType:
		return silent
	}
	switch h.Key.Proto {
	case decode.ProtoSCTP:
		return chunks[h.Type]
	case decode.ProtoICMP:
		return messages[h.Type]
	case decode.ProtoICMPv6:
		return messages6[h.Type]
	}
	return silent
}

// chunks are the roles of SCTP's chunks: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK (RFC 9260, 5.1).
var chunks = [256]role{1: opens, 2: answers, 10: opens, 11: answers}

// messages are the roles of ICMP's messages: echo, timestamp, information, address mask, domain
// name, extended echo (IANA, ICMP type numbers). A router or neighbour also advertises itself
// without being asked, so that an advertisement says nothing.
var messages = [256]role{
	8: opens, 0: answers, 13: opens, 14: answers, 15: opens, 16: answers, 17: opens, 18: answers,
	37: opens, 38: answers, 42: opens, 43: answers,
}

// messages6 are the roles of ICMPv6's messages: echo, node information, extended echo, home
// agent discovery, mobile prefix (IANA, ICMPv6 type numbers).
var messages6 = [256]role{
	128: opens, 129: answers, 139: opens, 140: answers, 160: opens, 161: answers,
	144: opens, 145: answers, 146: opens, 147: answers,
}
