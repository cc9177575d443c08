package report

import (
	"reflect"
	"slices"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
)

// Add adds the report of another run. Counts are summed, of what is a most or a least that of all runs stays, and times of packets are from the first to
// the last. What plugins said in words is that of one run, and is left out.
func (r *Report) Add(o *Report) {
	if o.Counts.Packets > 0 {
		if r.Counts.Packets == 0 || o.Start < r.Start {
			r.Start = o.Start
		}
		if r.Counts.Packets == 0 || o.Stop > r.Stop {
			r.Stop = o.Stop
		}
	}
	r.Files = append(r.Files, o.Files...)
	for _, link := range o.Links {
		if !slices.Contains(r.Links, link) {
			r.Links = append(r.Links, link)
		}
	}
	r.Snaplen, r.MaxFlows = max(r.Snaplen, o.Snaplen), max(r.MaxFlows, o.MaxFlows)
	r.Done, r.Size = r.Done+o.Done, r.Size+o.Size
	r.LeftOut, r.Late, r.SkippedLinks = r.LeftOut+o.LeftOut, r.Late+o.Late, r.SkippedLinks+o.SkippedLinks
	r.Elapsed, r.Flushed = r.Elapsed+o.Elapsed, r.Flushed+o.Flushed
	r.Back.add(&o.Back, r.Counts.Packets)
	addCounts(&r.Counts, &o.Counts)
	addStats(&r.Flows, &o.Flows)
	sum(reflect.ValueOf(&r.Alarms).Elem(), reflect.ValueOf(&o.Alarms).Elem())
	r.Memory, r.Physical = max(r.Memory, o.Memory), max(r.Physical, o.Physical)
	r.Damage, r.Warnings = append(r.Damage, o.Damage...), append(r.Warnings, o.Warnings...)
	for i := range r.Plugins {
		r.Plugins[i].Lines, r.Plugins[i].Summary = nil, nil
	}
	for i := range o.Plugins {
		r.addPlugin(&o.Plugins[i])
	}
}

// add adds where packets go back in a run before which there were so many packets.
func (b *Back) add(o *Back, before uint64) {
	if b.Packets == 0 && o.Packets > 0 {
		b.First, b.By = before+o.First, o.By
	}
	b.Packets, b.Most = b.Packets+o.Packets, max(b.Most, o.Most)
}

func (r *Report) addPlugin(o *Plugin) {
	i := slices.IndexFunc(r.Plugins, func(p Plugin) bool { return p.Name == o.Name })
	if i < 0 {
		p := *o
		p.Lines, p.Summary, p.Metrics = nil, nil, slices.Clone(o.Metrics)
		r.Plugins = append(r.Plugins, p)
		return
	}
	p := &r.Plugins[i]
	p.Cost, p.Bytes, p.Lost, p.Ends, p.Alarms = p.Cost+o.Cost, p.Bytes+o.Bytes, p.Lost+o.Lost, p.Ends+o.Ends, p.Alarms+o.Alarms
	p.Memory, p.Failed = max(p.Memory, o.Memory), p.Failed || o.Failed
	for k := range min(len(p.Metrics), len(o.Metrics)) {
		p.Metrics[k].Value += o.Metrics[k].Value // of a gauge the sum of what each run ended with
	}
}

func addCounts(c, o *decode.Counts) {
	before := *c
	sum(reflect.ValueOf(c).Elem(), reflect.ValueOf(o).Elem())
	c.NoFlowStat |= o.NoFlowStat
	if o.Packets > 0 {
		if before.Packets == 0 || o.MinHeaders < c.MinHeaders {
			c.MinHeaders = o.MinHeaders
		}
		c.MeanHeaders = float32((float64(before.MeanHeaders)*float64(before.Packets) + float64(o.MeanHeaders)*float64(o.Packets)) / float64(c.Packets))
	}
	c.MaxHeaders, c.MaxVLAN, c.MaxMPLS = max(c.MaxHeaders, o.MaxHeaders), max(c.MaxVLAN, o.MaxVLAN), max(c.MaxMPLS, o.MaxMPLS)
	for _, l := range o.UnknownLinks {
		if i := slices.IndexFunc(c.UnknownLinks[:], func(to decode.LinkCount) bool { return to.Packets == 0 || to.Link == l.Link }); l.Packets > 0 && i >= 0 {
			c.UnknownLinks[i].Link = l.Link
			c.UnknownLinks[i].Packets += l.Packets
		}
	}
	for _, h := range o.UnopenedHeaders {
		same := func(to decode.HeaderCount) bool { return to.Packets == 0 || to.Kind == h.Kind && to.Number == h.Number }
		if i := slices.IndexFunc(c.UnopenedHeaders[:], same); h.Packets > 0 && i >= 0 {
			c.UnopenedHeaders[i].Kind, c.UnopenedHeaders[i].Number = h.Kind, h.Number
			c.UnopenedHeaders[i].Packets += h.Packets
		}
	}
}

func addStats(s, o *flowtable.Stats) {
	sum(reflect.ValueOf(s).Elem(), reflect.ValueOf(o).Elem())
	s.Live, s.MaxLive = s.Live+o.Live, max(s.MaxLive, o.MaxLive)
	s.FlowStat |= o.FlowStat
}

var count = reflect.TypeFor[uint64]()

// sum adds the counts of a struct: its fields of type uint64, and those of its arrays.
func sum(to, from reflect.Value) {
	for i := range to.NumField() {
		switch f := to.Field(i); {
		case f.Type() == count:
			f.SetUint(f.Uint() + from.Field(i).Uint())
		case f.Kind() == reflect.Array && f.Type().Elem() == count:
			for k := range f.Len() {
				f.Index(k).SetUint(f.Index(k).Uint() + from.Field(i).Index(k).Uint())
			}
		}
	}
}
