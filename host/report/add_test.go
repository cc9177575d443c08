package report

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/sdk"
)

// TestAddEveryFigure: each number of packets and flows has a rule: after a run was added to an empty report it is there, and after
// it was added once more it is twice as much, or what is in bounds the same. A new field without a rule stays zero.
func TestAddEveryFigure(t *testing.T) {
	same := map[string]bool{"NoFlowStat": true, "MinHeaders": true, "MaxHeaders": true, "MeanHeaders": true, "MaxVLAN": true, "MaxMPLS": true, "MaxLive": true, "FlowStat": true}
	var one, r Report
	for _, v := range []reflect.Value{reflect.ValueOf(&one.Counts).Elem(), reflect.ValueOf(&one.Flows).Elem(), reflect.ValueOf(&one.Alarms).Elem()} {
		n := uint64(0)
		fill(v, &n)
	}
	r.Add(&one)
	for name, v := range map[string][2]any{"Counts": {one.Counts, r.Counts}, "Flows": {one.Flows, r.Flows}, "Alarms": {one.Alarms, r.Alarms}} {
		if diff := cmp.Diff(v[0], v[1]); diff != "" {
			t.Errorf("%s of one run (-want +got):\n%s", name, diff)
		}
	}
	r.Add(&one)
	for _, pair := range [][2]reflect.Value{{reflect.ValueOf(one.Counts), reflect.ValueOf(r.Counts)}, {reflect.ValueOf(one.Flows), reflect.ValueOf(r.Flows)}} {
		for i := range pair[0].NumField() {
			name, was, is := pair[0].Type().Field(i).Name, pair[0].Field(i), pair[1].Field(i)
			equal := reflect.DeepEqual(was.Interface(), is.Interface())
			if equal != same[name] {
				t.Errorf("%s: one run %v, two runs %v", name, was, is)
			}
		}
	}
}

// fill sets each number to another value.
func fill(v reflect.Value, n *uint64) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Float32:
		v.SetFloat(float64(*n))
	default:
		v.SetUint(*n)
	}
}

// TestAdd adds reports of runs by their rules.
func TestAdd(t *testing.T) {
	metric := func(n uint64) []Metric { return []Metric{{sdk.Metric{Name: "seen"}, n}} }
	r := &Report{}
	for _, o := range []*Report{
		{
			Files: []string{"a"}, Links: []string{"Ethernet"}, Snaplen: 96, Start: 5, Stop: 9, Counts: decode.Counts{Packets: 2, MinHeaders: 4, MeanHeaders: 5},
			Plugins: []Plugin{{Name: "p", Lines: []string{"x"}, Summary: []string{"y"}, Metrics: metric(3)}}, Back: Back{},
		},
		{Files: []string{"empty"}},
		{
			Files: []string{"b"}, Links: []string{"Ethernet", "Raw IP"}, Start: 3, Stop: 7, Counts: decode.Counts{Packets: 6, MinHeaders: 3, MeanHeaders: 3}, Damage: []string{"b: cut"},
			Plugins: []Plugin{{Name: "p", Metrics: metric(4), Failed: true}}, Back: Back{Packets: 1, First: 4, By: 2, Most: 2},
		},
	} {
		r.Add(o)
	}
	want := &Report{
		Files: []string{"a", "empty", "b"}, Links: []string{"Ethernet", "Raw IP"}, Snaplen: 96, Start: 3, Stop: 9, Counts: decode.Counts{Packets: 8, MinHeaders: 3, MeanHeaders: 3.5},
		Damage: []string{"b: cut"}, Plugins: []Plugin{{Name: "p", Metrics: metric(7), Failed: true}}, Back: Back{Packets: 1, First: 6, By: 2, Most: 2},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
