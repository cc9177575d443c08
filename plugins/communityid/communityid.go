// Package communityid adds to each flow record its Community ID, by which records of the same
// conversation are found in what other programs have written.
package communityid

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// ID is the plugin's column: version 1 of the Community ID specification
// (https://github.com/corelight/community-id-spec), empty if the flow is not IP.
var ID = sdk.NewColumn[string]("communityID", "Community ID, version 1")

// Settings of an opened plugin.
type Settings struct{ Seed uint32 }

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "communityid", Number: 130, Version: "1.0.0",
	Doc: "adds the Community ID to each record, which Zeek, Suricata and others write too",
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.Uint32Setting("seed", &s.Seed, "", 0, 65535, "the seed: the same in all programs whose records are to be joined")}
	},
	Ends:    sdk.End(field.SrcIP, field.DstIP, field.SrcPort, field.DstPort, field.Proto, field.ICMP),
	Columns: []sdk.AnyColumn{ID},
	Open: func(env *sdk.Env, s Settings) (sdk.Stage, error) {
		id := ID.Writer(env)
		return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
			first := end.Vec(field.ICMP)
			f := tuple{src: end.SrcIP(), dst: end.DstIP(), proto: end.Proto(), sport: end.SrcPort(), dport: end.DstPort()}
			if len(first) >= 2 {
				f.icmp(first[1], first[0])
			}
			id.Put(end, f.id(uint16(s.Seed)))
			return nil
		}}, nil
	},
})

// tuple is what the ID of a flow is made of. sport and dport are 0 for protocols without ports.
type tuple struct {
	src, dst     sdk.IP
	proto        uint8
	sport, dport uint16
	oneWay       bool // its two directions have different IDs
}

// The types of ICMP and ICMPv6 that answer each other.
var (
	answers4 = [...][2]uint8{{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}}
	answers6 = [...][2]uint8{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}, {144, 145}}
)

// icmp sets the ports of an ICMP flow: the type and that of its answer, or the type and the code.
func (f *tuple) icmp(of, code uint8) {
	answers := answers4[:]
	switch f.proto {
	case 58:
		answers = answers6[:]
	case 1:
	default:
		return
	}
	for _, a := range answers {
		for i := range a {
			if a[i] == of {
				f.sport, f.dport = uint16(of), uint16(a[1-i])
				return
			}
		}
	}
	f.sport, f.dport, f.oneWay = uint16(of), uint16(code), true
}

// id returns the ID, empty if there are no addresses.
func (f *tuple) id(seed uint16) string {
	src, dst := f.src.Bytes(), f.dst.Bytes()
	if src == nil || dst == nil {
		return ""
	}
	sport, dport := f.sport, f.dport
	if order := compare(src, dst); !f.oneWay && (order > 0 || order == 0 && sport > dport) {
		src, dst, sport, dport = dst, src, dport, sport
	}
	b := make([]byte, 0, 40)
	b = append(b, byte(seed>>8), byte(seed))
	b = append(append(b, src...), dst...)
	b = append(b, f.proto, 0)
	if f.proto == 1 || f.proto == 6 || f.proto == 17 || f.proto == 58 || f.proto == 132 {
		b = append(b, byte(sport>>8), byte(sport), byte(dport>>8), byte(dport))
	}
	sum := sha1(b)
	return string(appendBase64([]byte("1:"), sum[:]))
}

func compare(a, b []byte) int {
	for i := range a {
		if i < len(b) && a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}
