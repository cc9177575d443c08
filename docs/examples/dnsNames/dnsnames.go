// Package dnsnames counts DNS responses per second-level domain, with their response codes: a table
// for other plugins, and a summary file.
package dnsnames

import (
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	Port       uint32
	MaxDomains uint32
	Suffix     string
}

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "dnsNames", Number: 310, Version: "0.1.0",
	Doc:      "counts DNS responses per second-level domain, with their response codes",
	Defaults: Settings{Port: 53, MaxDomains: 10000, Suffix: "_dns.txt"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.Uint32Setting("port", &s.Port, "", 1, 65535, "the UDP port of the servers"),
			sdk.Uint32Setting("max_domains", &s.MaxDomains, "domains", 1, 40000, "size of the table; responses for others are counted only"),
			sdk.TextSetting("suffix", &s.Suffix, "the summary file is the output prefix and this"),
		}
	},
	Starts:  sdk.Start(field.SrcPort, field.Proto),
	Packets: sdk.All().WithPayload(headerLen + maxName + 4).WithTables(),
	Ends:    sdk.End(),
	Exports: []sdk.AnyTable{Domains},
	Metrics: []*sdk.Metric{responses, malformed, noRoom},
	Outlets: []sdk.Outlet{{Name: "summary", Kind: sdk.FileOutlet, Setting: "suffix"}},
	State:   sdk.StateOf[bool](),
	Open:    open,
})

// What the plugin counts.
var (
	responses = sdk.NewCounter("responses", "DNS responses whose name was read")
	malformed = sdk.NewCounter("malformed", "DNS responses whose name could not be read, or was not captured")
	noRoom    = sdk.NewCounter("no_room", "responses for domains that had no room in the table")
)

// Domains is the table of domains, in the order of their first response.
var Domains = sdk.NewTable[Domain, Row]("dnsNames.domains")

// Domain is a second-level domain, in lower case: the last two labels of a name.
type Domain struct{ Name string }

// Fields names the key's fields.
func (d *Domain) Fields(f *sdk.TableFields) { sdk.Field(f, "domain", &d.Name) }

// Row is what the table keeps of a domain: how many responses it got, by their code (RFC 1035, 4.1.1).
type Row struct{ NoError, ServFail, NXDomain, Refused, Other uint64 }

// Fields names the row's fields.
func (r *Row) Fields(f *sdk.TableFields) {
	sdk.Field(f, "noError", &r.NoError, sdk.MergeSum)
	sdk.Field(f, "servFail", &r.ServFail, sdk.MergeSum)
	sdk.Field(f, "nxDomain", &r.NXDomain, sdk.MergeSum)
	sdk.Field(f, "refused", &r.Refused, sdk.MergeSum)
	sdk.Field(f, "other", &r.Other, sdk.MergeSum)
}

// count returns the place of a response code.
func (r *Row) count(code byte) *uint64 {
	switch code {
	case 0:
		return &r.NoError
	case 2:
		return &r.ServFail
	case 3:
		return &r.NXDomain
	case 5:
		return &r.Refused
	}
	return &r.Other
}

func (r *Row) all() uint64 { return r.NoError + r.ServFail + r.NXDomain + r.Refused + r.Other }

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	t := &dnsnames{
		Settings: s, domains: Domains.Writer(env), summary: env.Outlet("summary"),
		responses: responses.Writer(env), malformed: malformed.Writer(env), noRoom: noRoom.Writer(env),
	}
	return &sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, nil
}

// dnsnames is an opened plugin.
type dnsnames struct {
	Settings
	servers sdk.PerFlow[bool] // flows that come from a server
	domains *sdk.TableWriter[Domain, Row]
	summary *sdk.OutletWriter

	responses, malformed, noRoom sdk.MetricWriter
}

const udp = 17

func (t *dnsnames) startFlow(start sdk.StartRow) {
	*t.servers.At(start.Flow()) = start.Proto() == udp && uint32(start.SrcPort()) == t.Port
}

func (t *dnsnames) packet(p sdk.PacketRow) {
	if !*t.servers.At(p.Flow()) {
		return
	}
	message := p.Payload()
	if len(message) < 3 || message[2]&0x80 == 0 { // not a response
		return
	}
	name, code, ok := question(message)
	if !ok {
		t.malformed.Add(1)
		return
	}
	t.responses.Add(1)
	domain := Domain{secondLevel(name)}
	row, known := t.domains.Get(p.Moment, domain)
	if !known && t.domains.Len(p.Moment) >= int(t.MaxDomains) {
		t.noRoom.Add(1)
		return
	}
	*row.count(code)++
	t.domains.Set(p.Moment, domain, row)
}

func (t *dnsnames) endFlow(end sdk.EndRow) error {
	t.servers.Take(end.Flow())
	return nil
}

// report writes the summary file and the report's line.
func (t *dnsnames) report(r *sdk.Report) {
	b := []byte("# domain\tnoError\tservFail\tnxDomain\trefused\tother\n")
	total := uint64(0)
	for domain, row := range t.domains.All(r.Moment) {
		b = appendName(b, domain.Name)
		for _, n := range []uint64{row.NoError, row.ServFail, row.NXDomain, row.Refused, row.Other} {
			b = strconv.AppendUint(append(b, '\t'), n, 10)
		}
		b = append(b, '\n')
		total += row.all()
	}
	t.summary.Send(b)
	r.Summary("DNS responses: " + sdk.Count(total) + ", of domains: " + sdk.Count(uint64(t.domains.Len(r.Moment))))
}
