// Package listedhosts finds the hosts of flows on a list of addresses that the user names, and adds
// the countries of both sides from a GeoIP database to each flow.
package listedhosts

import (
	"net/netip"
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	List, Geo string
}

// The plugin's columns.
var (
	Listed     = sdk.NewColumn[uint8]("listed", "which side is on the list: 0x01 the source, 0x02 the destination", sdk.ShowHex, sdk.Alarm)
	SrcCountry = sdk.NewColumn[string]("srcCountry", "country of the source, ISO 3166-1")
	DstCountry = sdk.NewColumn[string]("dstCountry", "country of the destination, ISO 3166-1")
)

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "listedHosts", Number: 220, Version: "0.1.0",
	Doc: "finds hosts on a list of addresses, and the countries of both sides",
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.TextSetting("list", &s.List, "the file of addresses and networks, one a line; # begins a comment"),
			sdk.TextSetting("geo", &s.Geo, "the GeoIP database in MaxMind's format, such as GeoLite2-Country.mmdb; without it no country is known"),
		}
	},
	Ends:    sdk.End(field.SrcIP, field.DstIP),
	Columns: []sdk.AnyColumn{Listed, SrcCountry, DstCountry},
	Exports: []sdk.AnyTable{Hosts},
	Files: []sdk.InputFile{
		{Setting: "list", Max: 4 << 20, Doc: "addresses and networks"},
		{Setting: "geo", Max: 12 << 20, Doc: "countries of networks"},
	},
	Memory: 32 << 20, // the database, its message, and what the collector has not freed
	Open:   open,
})

// Hosts is the table of the hosts on the list that flows came from or went to.
var Hosts = sdk.NewTable[sdk.IP, Row]("listedHosts.hosts")

// Row is what the table keeps of a host.
type Row struct {
	Country string // ISO 3166-1, or empty
	Flows   uint64 // that came from it or went to it
}

// Fields names the row's fields.
func (r *Row) Fields(f *sdk.TableFields) {
	sdk.Field(f, "country", &r.Country, sdk.MergeFirst)
	sdk.Field(f, "flows", &r.Flows, sdk.MergeSum)
}

func open(env *sdk.Env, _ Settings) (sdk.Stage, error) {
	list, err := parseList(env.File("list"))
	if err != nil {
		return nil, err
	}
	countries, err := readCountries(env.File("geo"))
	if err != nil {
		return nil, err
	}
	t := &listedhosts{
		list: list, countries: countries, hosts: Hosts.Writer(env),
		listed: Listed.Writer(env), src: SrcCountry.Writer(env), dst: DstCountry.Writer(env),
	}
	return &sdk.Loop{EndFlow: t.endFlow, Report: t.report}, nil
}

// listedhosts is an opened plugin.
type listedhosts struct {
	list      list
	countries countries
	hosts     *sdk.TableWriter[sdk.IP, Row]

	listed   *sdk.ColumnWriter[uint8]
	src, dst *sdk.ColumnWriter[string]
}

func (t *listedhosts) endFlow(end sdk.EndRow) error {
	src, dst := end.SrcIP(), end.DstIP()
	srcCountry, dstCountry := t.countries.of(src), t.countries.of(dst)
	listed := t.host(end.Moment, src, srcCountry, 0x01) | t.host(end.Moment, dst, dstCountry, 0x02)
	t.listed.Put(end, listed)
	t.src.Put(end, srcCountry)
	t.dst.Put(end, dstCountry)
	return nil
}

// host counts a flow of a host that is on the list, and returns the bit of its side.
func (t *listedhosts) host(at sdk.Moment, ip sdk.IP, country string, side uint8) uint8 {
	if addr, ok := netip.AddrFromSlice(ip.Bytes()); !ok || !t.list.has(addr) {
		return 0
	}
	row, _ := t.hosts.Get(at, ip)
	row.Country = country
	row.Flows++
	t.hosts.Set(at, ip, row)
	return side
}

// report adds a line for each host, the first ones to the short form too.
func (t *listedhosts) report(r *sdk.Report) {
	if t.hosts.Len(r.Moment) == 0 {
		r.Summary("no host of the list: " + strconv.Itoa(len(t.list.networks)) + " networks")
	}
	for ip, row := range t.hosts.All(r.Moment) {
		line := ip.String()
		if row.Country != "" {
			line += " (" + row.Country + ")"
		}
		r.Summary(line + ": " + strconv.FormatUint(row.Flows, 10) + " flows")
	}
}
