package report

import (
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
)

func TestUnopened(t *testing.T) {
	header := func(kind decode.NumberKind, number uint16, packets uint64) decode.HeaderCount {
		return decode.HeaderCount{Kind: kind, Number: number, Packets: packets}
	}
	for _, c := range []struct {
		name    string
		all     uint64
		headers []decode.HeaderCount
		want    string
	}{
		{"none", 0, nil, ""},
		{"one", 6, []decode.HeaderCount{header(decode.EtherTypeNumber, 0x8926, 6)}, "6 (EtherType 0x8926: 6)"},
		{"the most frequent first", 9, []decode.HeaderCount{
			header(decode.EtherTypeNumber, 0x88e5, 1), header(decode.ProtocolNumber, 50, 3), header(decode.UDPPortNumber, 51820, 5),
		}, "9 (UDP port 51820: 5, IP protocol 50: 3, EtherType 0x88e5: 1)"},
		{"more than are named, and than were listed", 40, []decode.HeaderCount{
			header(decode.ProtocolNumber, 1, 1), header(decode.ProtocolNumber, 2, 2), header(decode.ProtocolNumber, 3, 3), header(decode.ProtocolNumber, 4, 4),
			header(decode.ProtocolNumber, 5, 5), header(decode.ProtocolNumber, 6, 6), header(decode.ProtocolNumber, 7, 7),
		}, "40 (IP protocol 7: 7, IP protocol 6: 6, IP protocol 5: 5, IP protocol 4: 4, IP protocol 3: 3, IP protocol 2: 2, others: 13)"},
	} {
		counts := decode.Counts{Unopened: c.all}
		copy(counts.UnopenedHeaders[:], c.headers)
		if got := unopened(&counts); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
