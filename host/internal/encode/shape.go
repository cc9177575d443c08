package encode

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// member is a member of the JSON object that a shape makes of a conversation.
type member struct {
	path  string // its name; "flow.start" is start in the object flow
	value func(b []byte, c *conversation) []byte
	// needs are columns without which it is left out, without _A and _B.
	needs []string
}

// shape returns an encoder of JSON objects with these members. Those that are in one object must
// follow each other. A member whose value appends nothing is left out.
func shape(c *Config, name string, members []member) (Encoder, error) {
	if index(c.Columns, "srcIP_A") < 0 {
		return nil, fmt.Errorf("format %s shows conversations: write conversations=TARGET, or leave the stream out", name)
	}
	talk := &conversation{columns: map[string][2]int{}}
	for i, column := range c.Columns {
		for side, end := range []string{"_A", "_B"} {
			if base, ok := strings.CutSuffix(column.Name, end); ok {
				at, known := talk.columns[base]
				if !known {
					at = [2]int{-1, -1}
				}
				at[side] = i
				talk.columns[base] = at
			}
		}
	}
	talk.dir, talk.index = index(c.Columns, "dir"), index(c.Columns, "flowInd")
	if talk.dir < 0 || talk.index < 0 {
		return nil, fmt.Errorf("format %s needs the columns dir and flowInd", name)
	}
	var used []shaped
	for _, m := range members {
		if talk.has(m.needs) {
			used = append(used, shapedOf(m))
		}
	}
	return &lines{Config: c, row: func(b []byte, r *stream.Rows, i int) []byte {
		talk.r, talk.i, talk.alone = r, i, string(r.Columns[talk.dir].Bytes(i))
		return appendShape(b, used, talk)
	}}, nil
}

// shaped is a member with its name as JSON, and the objects that it is in.
type shaped struct {
	member
	objects []string
	name    []byte
}

func shapedOf(m member) shaped {
	words := []string{m.path}
	if !strings.HasPrefix(m.path, "id.") { // Zeek's names have dots
		words = strings.Split(m.path, ".")
	}
	last := len(words) - 1
	return shaped{m, words[:last], append(jsontext.AppendText(nil, []byte(words[last])), ':')}
}

// appendShape appends an object.
func appendShape(b []byte, members []shaped, c *conversation) []byte {
	var open []string
	b = append(b, '{')
	empty := true
	for i := range members {
		m := &members[i]
		before := len(b)
		keep := 0
		for keep < len(open) && keep < len(m.objects) && open[keep] == m.objects[keep] {
			keep++
		}
		for range open[keep:] {
			b = append(b, '}')
		}
		if !empty {
			b = append(b, ',')
		}
		for _, o := range m.objects[keep:] {
			b = append(append(jsontext.AppendText(b, []byte(o)), ':'), '{')
		}
		b = append(b, m.name...)
		start := len(b)
		if b = m.value(b, c); len(b) == start {
			b = b[:before]
			continue
		}
		open, empty = append(open[:keep:keep], m.objects[keep:]...), false
	}
	for range open {
		b = append(b, '}')
	}
	return append(b, '}')
}

// conversation is a row of conversations, as shapes read it: from the client's side.
type conversation struct {
	columns    map[string][2]int // by their names without _A and _B
	dir, index int
	r          *stream.Rows
	i          int
	alone      string // A or B if only that direction has packets, else AB
}

// has reports whether there are columns of these names.
func (c *conversation) has(names []string) bool {
	for _, name := range names {
		if at, ok := c.columns[name]; !ok || at[0] < 0 || at[1] < 0 {
			return false
		}
	}
	return true
}

// side returns the column of A (0) or B (1).
func (c *conversation) side(name string, side int) *value.Vec {
	return c.r.Columns[c.columns[name][side]]
}

// both is the sides that have packets.
func (c *conversation) both() []int {
	switch c.alone {
	case "A":
		return []int{0}
	case "B":
		return []int{1}
	}
	return []int{0, 1}
}

// client returns a column of the client's, which if only the server has sent is the server's
// column of its opposite.
func (c *conversation) client(name string) *value.Vec {
	if c.alone == "B" {
		if t := turned[name]; t != "" {
			name = t
		}
		return c.side(name, 1)
	}
	return c.side(name, 0)
}

func (c *conversation) uint(name string, side int) uint64 { return c.side(name, side).Uint(c.i) }

func (c *conversation) first() int64 {
	t := int64(0)
	for k, side := range c.both() {
		if at := c.side("timeFirst", side).Int(c.i); k == 0 || at < t {
			t = at
		}
	}
	return t
}

func (c *conversation) last() int64 {
	t := int64(0)
	for k, side := range c.both() {
		if at := c.side("timeLast", side).Int(c.i); k == 0 || at > t {
			t = at
		}
	}
	return t
}

func (c *conversation) proto() uint8 { return uint8(c.client("l4Proto").Uint(c.i)) }

func (c *conversation) reason() uint64 {
	reason := uint64(0)
	for _, side := range c.both() {
		reason = max(reason, c.uint("flowEndReason", side))
	}
	return reason
}

// The values that shapes have in common.

func ofClient(name string) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte { return jsontext.AppendValue(b, c.client(name), c.i) }
}

func ofSide(name string, side int) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte { return value.AppendDecimal(b, c.uint(name, side)) }
}

func fixed(json string) func([]byte, *conversation) []byte {
	return func(b []byte, _ *conversation) []byte { return append(b, json...) }
}

// port is the client's column of ports, of protocols that have some.
func port(name string) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte {
		switch c.proto() {
		case 6, 17, 132, 136, 33:
			return jsontext.AppendValue(b, c.client(name), c.i)
		}
		return b
	}
}

// icmp is the type (shift 8) or the code of the first ICMP message of a side.
func icmp(side, shift int) func([]byte, *conversation) []byte {
	return func(b []byte, c *conversation) []byte {
		if p := c.proto(); p != 1 && p != 58 || side == 1 && c.alone != "AB" {
			return b
		}
		of := side
		if c.alone == "B" {
			of = 1
		}
		return value.AppendDecimal(b, c.uint("icmpTypeCode", of)>>shift&0xff)
	}
}

// vlan appends the VLAN identifiers of the client's first packet as an array; nothing if there is none.
func vlan(b []byte, c *conversation) []byte {
	v := c.client("vlanID")
	if len(v.Bytes(c.i)) == 0 {
		return b
	}
	return jsontext.AppendValue(b, v, c.i)
}

// community appends the Community ID of the conversation.
func community(b []byte, c *conversation) []byte {
	v := c.client("communityID")
	if len(v.Bytes(c.i)) == 0 {
		return b
	}
	return jsontext.AppendValue(b, v, c.i)
}

// protocols are names of IP protocols in lower case (IANA).
var protocols = map[uint8]string{
	1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah",
	58: "ipv6-icmp", 88: "eigrp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp", 136: "udplite",
}

func protocol(p uint8) string {
	if name := protocols[p]; name != "" {
		return name
	}
	return strconv.Itoa(int(p))
}
