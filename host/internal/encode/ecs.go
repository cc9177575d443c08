package encode

import (
	"strings"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/sdk/value"
)

// newECS returns the encoder of the Elastic Common Schema, version 8 (its field reference).
func newECS(c *Config) (Encoder, error) { return shape(c, "ecs", ecsMembers) }

// ecsMembers are the fields of a network event.
var ecsMembers = []member{
	{"@timestamp", func(b []byte, c *conversation) []byte { return appendQuotedTime(b, c.first()) }, nil},
	{"ecs.version", fixed(`"8.17.0"`), nil},
	{"event.kind", fixed(`"event"`), nil},
	{"event.category", fixed(`["network"]`), nil},
	{"event.type", fixed(`["connection"]`), nil},
	{"event.action", fixed(`"network_flow"`), nil},
	{"event.start", func(b []byte, c *conversation) []byte { return appendQuotedTime(b, c.first()) }, nil},
	{"event.end", func(b []byte, c *conversation) []byte { return appendQuotedTime(b, c.last()) }, nil},
	{"event.duration", func(b []byte, c *conversation) []byte {
		return value.AppendDecimal(b, uint64(max(c.last()-c.first(), 0)))
	}, nil},
	{"network.type", func(b []byte, c *conversation) []byte {
		switch c.client("srcIP").Bytes(c.i)[0] {
		case 4:
			return append(b, `"ipv4"`...)
		case 6:
			return append(b, `"ipv6"`...)
		}
		return b
	}, nil},
	{"network.transport", func(b []byte, c *conversation) []byte {
		return jsontext.AppendText(b, []byte(protocol(c.proto())))
	}, nil},
	{"network.iana_number", func(b []byte, c *conversation) []byte {
		return append(value.AppendDecimal(append(b, '"'), uint64(c.proto())), '"')
	}, nil},
	{"network.packets", ecsSum("pktsSnt"), []string{"pktsSnt"}},
	{"network.bytes", ecsSum("octets"), []string{"octets"}},
	{"network.community_id", community, []string{"communityID"}},
	{"network.vlan.id", ecsVLAN, []string{"vlanID"}},
	{"source.ip", ofClient("srcIP"), nil},
	{"source.port", port("srcPort"), nil},
	{"source.mac", ecsMAC("srcMac"), []string{"srcMac"}},
	{"source.packets", ofSide("pktsSnt", 0), []string{"pktsSnt"}},
	{"source.bytes", ofSide("octets", 0), []string{"octets"}},
	{"destination.ip", ofClient("dstIP"), nil},
	{"destination.port", port("dstPort"), nil},
	{"destination.mac", ecsMAC("dstMac"), []string{"dstMac"}},
	{"destination.packets", ofSide("pktsSnt", 1), []string{"pktsSnt"}},
	{"destination.bytes", ofSide("octets", 1), []string{"octets"}},
	{"observer.product", fixed(`"t2host"`), nil},
}

func appendQuotedTime(b []byte, ns int64) []byte {
	return append(jsontext.AppendTime(append(b, '"'), ns), '"')
}

func ecsSum(name string) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte {
		return value.AppendDecimal(b, c.uint(name, 0)+c.uint(name, 1))
	}
}

// ecsMAC appends the first MAC address, as RFC 7042 writes it.
func ecsMAC(name string) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte {
		v := c.client(name)
		mac, _, ok := v.Type.Next(v.Bytes(c.i))
		if !ok {
			return b
		}
		text := strings.ToUpper(strings.ReplaceAll(string(value.AppendMAC(nil, mac)), ":", "-"))
		return jsontext.AppendText(b, []byte(text))
	}
}

// ecsVLAN appends the outermost VLAN identifier, which is a text in the schema.
func ecsVLAN(b []byte, c *conversation) []byte {
	v := c.client("vlanID")
	id, _, ok := v.Type.Next(v.Bytes(c.i))
	if !ok {
		return b
	}
	return append(v.Type.Elem().AppendText(append(b, '"'), id), '"')
}
