package batch

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

var compare = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(sdk.Batch{}, answer.Answer{}), cmp.Comparer(func(a, b sdk.IP) bool { return a == b }),
}

// set sets all numbers below v, each to another one that is not 0.
func set(v reflect.Value, next *uint64) {
	*next++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				set(f, next)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			set(v.Index(i), next)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*next%100 + 1))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(*next%100 + 1)
	}
}

const rows = 4

// everyField is a batch of four rows and ends with every field, filled as a run fills it.
func everyField(t *testing.T, p *sdk.Plugin) *sdk.Batch {
	t.Helper()
	zone := time.FixedZone("", 3600)
	decoder := decode.New()
	b := NewLayout([]*sdk.Plugin{p}, 0, rows, zone, decoder.Stacks()).New()
	b.Reset()
	next := uint64(0)
	for i := range rows {
		h := &decode.Headers{}
		set(reflect.ValueOf(h).Elem(), &next)
		h.Key.Kind, h.Key.Proto, h.FragOffset = decode.IPv4, decode.ProtoTCP, false
		f := &flowtable.Flow{}
		set(reflect.ValueOf(f).Elem(), &next)
		f.Key.Kind, f.Inverted = decode.IPv4, true
		b.AddTicks(h.Number, h.Time, []int64{int64(i+1) * 1e9})
		b.AddStart(uint32(i), f, h)
		x := &decode.Fields{}
		set(reflect.ValueOf(x).Elem(), &next)
		b.AddPacket(&Packet{Slot: uint32(i), Headers: h, Fields: x, Flow: &flowtable.Flow{Inverted: true}, Window: uint32(i + 1), Payload: []byte{byte(i + 1)}, Header: []byte{byte(i + 2)}})
	}
	for i := range rows {
		f, d := &flowtable.Flow{}, &flowtable.Details{}
		set(reflect.ValueOf(f).Elem(), &next)
		f.Key.Kind = decode.IPv4
		d.NSrcMAC, d.NDstMAC, d.NVLANID, d.NICMP = 1, 1, 1, 1
		d.ICMP[0] = 0x0301
		b.AddEnd(End{Slot: uint32(i), Flow: f, Details: d, Dir: 1, Number: uint64(i + 1), At: int64(i + 1)})
	}
	return b.View(0)
}

func reads() *sdk.Plugin {
	return &sdk.Plugin{
		Name: "reads", Starts: sdk.StartSelect{On: true, Fields: field.AllStarts}, Ticks: sdk.Every(time.Second), Packets: sdk.PacketSelect{Tables: true, Rows: field.AllRows, Fields: field.AllPackets, PayloadLen: 4, HeaderLen: 4},
		Ends: sdk.EndSelect{On: true, Fields: field.AllEnds},
	}
}

// columns are the fields of a struct of columns, by their names in lower case: those of manifests.
func columns(of any) map[string]reflect.Value {
	v := reflect.Indirect(reflect.ValueOf(of))
	list := map[string]reflect.Value{}
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "N", "Flow", "Before", "Order", "Columns":
		default:
			list[strings.ToLower(name)] = v.Field(i)
		}
	}
	return list
}

func length(column reflect.Value) int {
	if v, ok := column.Interface().(value.Vec); ok {
		return v.Len()
	}
	return column.Len()
}

func valueOf(column reflect.Value, i int) any {
	if v, ok := column.Interface().(value.Vec); ok {
		return string(v.Bytes(i))
	}
	return column.Index(i).Interface()
}

// TestEveryField takes every field through filling, selecting, slicing, the wire, rows, and
// resetting.
func TestEveryField(t *testing.T) {
	p := reads()
	b := everyField(t, p)
	for of, names := range map[any][]string{&b.Packets: field.AllPackets.Names(), &b.Starts: field.Flow(field.AllStarts).Names(), &b.Ends: field.AllEnds.Names()} {
		all := columns(of)
		if len(all) != len(names) {
			t.Errorf("%T has %d columns, its fields are %v", of, len(all), names)
		}
		for _, name := range names {
			column, ok := all[strings.ToLower(name)]
			if !ok || length(column) != rows {
				t.Errorf("%T has no column %s of %d values", of, name, rows)
				continue
			}
			empty := "hdrDesc numHdrs opposite" // no stacks are met here, and slot 0 is a slot
			if v := reflect.ValueOf(valueOf(column, 1)); v.IsZero() && !strings.Contains(empty, name) {
				t.Errorf("%s is not filled", name)
			}
			only(t, of, name)
		}
	}
	sliced(t, b)
	throughWire(t, p, b)
	asRows(t, b)
	packets, starts, ends := b.Packets, b.Starts, b.Ends
	packets.Reset()
	starts.Reset()
	ends.Reset()
	for _, of := range []any{&packets, &starts, &ends} {
		for name, column := range columns(of) {
			if length(column) != 0 {
				t.Errorf("%s is there after Reset", name)
			}
		}
	}
	if packets.N+ends.N+len(packets.Flow)+len(ends.Flow)+len(ends.Before) != 0 || cap(ends.SrcIP) < rows || cap(packets.Time) < rows {
		t.Error("Reset leaves rows, or forgets memory")
	}
}

// only checks that selecting one field leaves that column and no other.
func only(t *testing.T, of any, name string) {
	t.Helper()
	var got any
	var n int
	switch of := of.(type) {
	case *sdk.Packets:
		q := of.Only(field.PacketNamed(name))
		got, n = &q, len(q.Flow)
	case *sdk.Starts:
		q := of.Only(field.FlowNamed(name))
		got, n = &q, len(q.Flow)
	case *sdk.Ends:
		q := of.Only(field.FlowNamed(name))
		got, n = &q, len(q.Flow)
	}
	if n != rows {
		t.Errorf("Only(%s) has %d slots", name, n)
	}
	for other, column := range columns(got) {
		if want := other == strings.ToLower(name); (length(column) == rows) != want {
			t.Errorf("Only(%s): column %s has %d values", name, other, length(column))
		}
	}
}

func sliced(t *testing.T, b *sdk.Batch) {
	t.Helper()
	packets, starts, ends := b.Packets.Slice(1, 3), b.Starts.Slice(1, 3, 1), b.Ends.Slice(1, 3, 1)
	if starts.N != 2 || starts.Order[1] != b.Starts.Order[2] || starts.Before[1] != b.Starts.Before[2]-1 || packets.Order[0] != b.Packets.Order[1] || ends.Order[1] != b.Ends.Order[2] {
		t.Errorf("slices have the places %v, %v, %v", packets.Order, starts.Order, ends.Order)
	}
	if packets.N != 2 || ends.N != 2 || packets.Flow[0] != 1 || ends.Flow[1] != 2 || ends.Before[0] != b.Ends.Before[1]-1 {
		t.Errorf("slices begin with %v, %v, %v", packets.Flow, ends.Flow, ends.Before)
	}
	for _, pair := range [][2]any{{&b.Packets, &packets}, {&b.Starts, &starts}, {&b.Ends, &ends}} {
		whole := columns(pair[0])
		for name, column := range columns(pair[1]) {
			if length(column) != 2 || valueOf(column, 0) != valueOf(whole[name], 1) || valueOf(column, 1) != valueOf(whole[name], 2) {
				t.Errorf("Slice: column %s is not rows 1 and 2", name)
			}
		}
	}
	picked := b.Ends.Pick([]int{0, 2})
	if picked.N != 2 || picked.Flow[1] != b.Ends.Flow[2] || picked.Before[1] != b.Ends.Before[2] || picked.Order[1] != b.Ends.Order[2] {
		t.Errorf("picked ends are %v, %v, %v", picked.Flow, picked.Before, picked.Order)
	}
	whole := columns(&b.Ends)
	for name, column := range columns(&picked) {
		if length(column) != 2 || valueOf(column, 0) != valueOf(whole[name], 0) || valueOf(column, 1) != valueOf(whole[name], 2) {
			t.Errorf("Pick: column %s is not rows 0 and 2", name)
		}
	}
	if none := (&sdk.Ends{Flow: b.Ends.Flow, Before: b.Ends.Before}).Slice(0, 2, 0); none.SrcIP != nil || none.VLANID.Type != 0 {
		t.Error("Slice makes columns that were not declared")
	}
}

func throughWire(t *testing.T, p *sdk.Plugin, b *sdk.Batch) {
	t.Helper()
	var got sdk.Batch
	msg := wire.AppendBatch(nil, p, b)
	if err := wire.ReadBatch(msg, p, &got); err != nil || len(msg) > wire.Size(p, b) {
		t.Fatalf("%d bytes of at most %d: %v", len(msg), wire.Size(p, b), err)
	}
	if diff := cmp.Diff(*b, got, compare); diff != "" {
		t.Errorf("-sent +read:\n%s", diff)
	}
}

// asRows compares the methods of rows with the columns of their names.
func asRows(t *testing.T, b *sdk.Batch) {
	t.Helper()
	packets, starts, ends := columns(&b.Packets), columns(&b.Starts), columns(&b.Ends)
	seen := 0
	same := func(row any, columns map[string]reflect.Value, i int) {
		v := reflect.ValueOf(row)
		for k := range v.NumMethod() {
			column, ok := columns[strings.ToLower(v.Type().Method(k).Name)]
			if !ok || v.Method(k).Type().NumIn() > 0 {
				continue
			}
			seen++
			got := v.Method(k).Call(nil)[0].Interface()
			if bytes, ok := got.([]byte); ok {
				got = string(bytes)
			}
			if got != valueOf(column, i) {
				t.Errorf("row %d: %s is %v, its column has %v", i, v.Type().Method(k).Name, got, valueOf(column, i))
			}
		}
	}
	n, k, m := 0, 0, 0
	stage, err := sdk.Define(sdk.Spec[struct{}]{
		Name: "reads", Version: "1.0.0", Doc: "reads", Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{
				StartFlow: func(r sdk.StartRow) { same(r, starts, k); k++ },
				Packet:    func(r sdk.PacketRow) { same(r, packets, n); n++ },
				EndFlow:   func(r sdk.EndRow) error { same(r, ends, m); m++; return nil },
			}, nil
		},
	}).Open(sdk.Opening{})
	if err == nil {
		err = stage.Batch(b)
	}
	if want := rows * (len(packets) + len(starts) + len(ends) - len(field.EndLists)); err != nil || seen != want {
		t.Errorf("%d values of rows, want %d: %v", seen, want, err)
	}
}
