package encode

import (
	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/sdk/value"
)

// newZeek returns the encoder of Zeek's conn.log as JSON (its manual, "conn.log").
func newZeek(c *Config) (Encoder, error) { return shape(c, "zeek", zeekMembers) }

// zeekMembers are the members of an entry of conn.log.
var zeekMembers = []member{
	{"ts", func(b []byte, c *conversation) []byte { return appendEpoch(b, c.first()) }, nil},
	{"uid", appendUID, nil},
	{"id.orig_h", ofClient("srcIP"), nil},
	{"id.orig_p", zeekPort("srcPort", 0), nil},
	{"id.resp_h", ofClient("dstIP"), nil},
	{"id.resp_p", zeekPort("dstPort", 1), nil},
	{"proto", zeekProto, nil},
	{"duration", func(b []byte, c *conversation) []byte { return appendEpoch(b, c.last()-c.first()) }, nil},
	{"orig_bytes", ofSide("l7BytesSnt", 0), []string{"l7BytesSnt"}},
	{"resp_bytes", ofSide("l7BytesSnt", 1), []string{"l7BytesSnt"}},
	{"conn_state", fixed(`"OTH"`), nil}, // no record tells which of Zeek's states it was
	{"history", zeekHistory, []string{"tcpWinThCnt"}},
	{"orig_pkts", ofSide("pktsSnt", 0), []string{"pktsSnt"}},
	{"orig_ip_bytes", ofSide("octets", 0), []string{"octets"}},
	{"resp_pkts", ofSide("pktsSnt", 1), []string{"pktsSnt"}},
	{"resp_ip_bytes", ofSide("octets", 1), []string{"octets"}},
	{"community_id", community, []string{"communityID"}},
	{"ip_proto", func(b []byte, c *conversation) []byte { return value.AppendDecimal(b, uint64(c.proto())) }, nil},
}

// zeekPort is a port, or, as in Zeek, the type (of the originator's side) and code of ICMP.
func zeekPort(name string, side int) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte {
		if p := c.proto(); p != 1 && p != 58 || !c.has([]string{"icmpTypeCode"}) {
			return jsontext.AppendValue(b, c.client(name), c.i)
		}
		of := 0
		if c.alone == "B" {
			of = 1
		}
		return value.AppendDecimal(b, c.uint("icmpTypeCode", of)>>(8-8*side)&0xff)
	}
}

func zeekProto(b []byte, c *conversation) []byte {
	switch c.proto() {
	case 6:
		return append(b, `"tcp"`...)
	case 17:
		return append(b, `"udp"`...)
	case 1, 58:
		return append(b, `"icmp"`...)
	}
	return append(b, `"unknown_transport"`...)
}

// zeekHistory appends the letters that tcpwin knows: W and w, the originator and the responder
// have closed their window.
func zeekHistory(b []byte, c *conversation) []byte {
	letters := ""
	for _, side := range c.both() {
		if c.uint("tcpWinThCnt", side) > 0 {
			letters += "Ww"[side : side+1]
		}
	}
	if letters == "" {
		return b
	}
	return jsontext.AppendText(b, []byte(letters))
}

// appendEpoch appends nanoseconds as seconds with six decimals, as Zeek does.
func appendEpoch(b []byte, ns int64) []byte {
	b = jsontext.AppendDuration(b, ns)
	return b[:len(b)-3]
}

// appendUID appends an identifier in the form of Zeek's: C and digits of base 62, of the
// conversation's first time and flow index.
func appendUID(b []byte, c *conversation) []byte {
	b = append(b, '"', 'C')
	b = append62(b, uint64(c.first()))
	b = append62(b, c.r.Columns[c.index].Uint(c.i))
	return append(b, '"')
}

func append62(b []byte, n uint64) []byte {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for ok := true; ok; ok = n > 0 {
		b = append(b, digits[n%62])
		n /= 62
	}
	return b
}
