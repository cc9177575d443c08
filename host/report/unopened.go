package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/sdk"
)

// unopened returns how many packets end in a header that was not opened, and the most frequent
// such headers, as text, or "" if there are none.
func unopened(c *decode.Counts) string {
	const most = 6
	if c.Unopened == 0 {
		return ""
	}
	list := slices.Clone(c.UnopenedHeaders[:])
	slices.SortStableFunc(list, func(a, b decode.HeaderCount) int { return cmp.Compare(b.Packets, a.Packets) })
	var named []string
	rest := c.Unopened
	for _, h := range list[:most] {
		if h.Packets == 0 {
			break
		}
		name := fmt.Sprintf("EtherType 0x%04x", h.Number)
		switch h.Kind {
		case decode.ProtocolNumber:
			name = fmt.Sprintf("IP protocol %d", h.Number)
		case decode.UDPPortNumber:
			name = fmt.Sprintf("UDP port %d", h.Number)
		}
		named = append(named, fmt.Sprintf("%s: %d", name, h.Packets))
		rest -= h.Packets
	}
	if rest > 0 {
		named = append(named, fmt.Sprintf("others: %d", rest))
	}
	return fmt.Sprintf("%s (%s)", sdk.Count(c.Unopened), strings.Join(named, ", "))
}
