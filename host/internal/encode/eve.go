package encode

import (
	"strings"
	"time"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/sdk/value"
)

// newEVE returns the encoder of Suricata's flow events (its manual, "EVE JSON Format").
func newEVE(c *Config) (Encoder, error) { return shape(c, "eve", eveMembers) }

// eveMembers are the members of a flow event. Suricata's counts of bytes are those of whole frames,
// which no plugin of t2host counts: octets are those of IP packets.
var eveMembers = []member{
	{"timestamp", func(b []byte, c *conversation) []byte { return appendEVETime(b, c.r.At[c.i]) }, nil},
	{"flow_id", func(b []byte, c *conversation) []byte {
		return value.AppendDecimal(b, c.r.Columns[c.index].Uint(c.i))
	}, nil},
	{"event_type", fixed(`"flow"`), nil},
	{"vlan", vlan, []string{"vlanID"}},
	{"src_ip", ofClient("srcIP"), nil},
	{"src_port", port("srcPort"), nil},
	{"dest_ip", ofClient("dstIP"), nil},
	{"dest_port", port("dstPort"), nil},
	{"proto", func(b []byte, c *conversation) []byte {
		return jsontext.AppendText(b, []byte(strings.ToUpper(protocol(c.proto()))))
	}, nil},
	{"icmp_type", icmp(0, 8), []string{"icmpTypeCode"}},
	{"icmp_code", icmp(0, 0), []string{"icmpTypeCode"}},
	{"response_icmp_type", icmp(1, 8), []string{"icmpTypeCode"}},
	{"response_icmp_code", icmp(1, 0), []string{"icmpTypeCode"}},
	{"community_id", community, []string{"communityID"}},
	{"flow.pkts_toserver", ofSide("pktsSnt", 0), []string{"pktsSnt"}},
	{"flow.pkts_toclient", ofSide("pktsSnt", 1), []string{"pktsSnt"}},
	{"flow.bytes_toserver", ofSide("octets", 0), []string{"octets"}},
	{"flow.bytes_toclient", ofSide("octets", 1), []string{"octets"}},
	{"flow.start", func(b []byte, c *conversation) []byte { return appendEVETime(b, c.first()) }, nil},
	{"flow.end", func(b []byte, c *conversation) []byte { return appendEVETime(b, c.last()) }, nil},
	{"flow.age", func(b []byte, c *conversation) []byte {
		return value.AppendDecimal(b, uint64(max(c.last()/1e9-c.first()/1e9, 0)))
	}, nil},
	{"flow.state", eveState, []string{"flowEndReason"}},
	{"flow.reason", eveReason, []string{"flowEndReason"}},
	{"flow.alerted", fixed("false"), nil},
}

// eveState appends what Suricata calls the state of a flow, as far as a record tells.
func eveState(b []byte, c *conversation) []byte {
	switch {
	case c.reason() == 3:
		return append(b, `"closed"`...)
	case c.alone == "AB":
		return append(b, `"established"`...)
	}
	return append(b, `"new"`...)
}

// eveReason appends why the flow ended.
func eveReason(b []byte, c *conversation) []byte {
	switch c.reason() {
	case 4:
		return append(b, `"shutdown"`...)
	case 5:
		return append(b, `"forced"`...)
	}
	return append(b, `"timeout"`...)
}

func appendEVETime(b []byte, ns int64) []byte {
	return time.Unix(0, ns).UTC().AppendFormat(b, `"2006-01-02T15:04:05.000000-0700"`)
}
