package recordsjson

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/t2host/t2host/sdk/value"
)

// TestValues: a value of each type as JSON, which a reader understands.
func TestValues(t *testing.T) {
	numbers := func(bits uint64, n int) (b []byte) {
		for i := range n {
			b = append(b, byte(bits>>(8*i)))
		}
		return b
	}
	ip := append([]byte{4, 10, 0, 0, 1}, make([]byte, 12)...)
	for _, c := range []struct {
		of   value.Type
		v    []byte
		want string
	}{
		{value.Uint8, []byte{255}, `255`},
		{value.Uint64, numbers(math.MaxUint64, 8), `18446744073709551615`},
		{value.Hex16, []byte{1, 0x80}, `"0x8001"`},
		{value.Int64, numbers(math.MaxUint64, 8), `-1`},
		{value.Float32, numbers(uint64(math.Float32bits(0.1)), 4), `0.1`},
		{value.Float64, numbers(math.Float64bits(1e300), 8), `1e+300`},
		{value.Float64, numbers(math.Float64bits(math.NaN()), 8), `null`},
		{value.Float32, numbers(uint64(math.Float32bits(float32(math.Inf(-1)))), 4), `null`},
		{value.Time, numbers(1_700_000_000_000_000_001, 8), `1700000000.000000001`},
		{value.Duration, numbers(5, 8), `0.000000005`},
		{value.IP, ip, `"10.0.0.1"`},
		{value.IP, make([]byte, 17), `null`},
		{value.MAC, []byte{0, 0, 0x5e, 0, 0x53, 1}, `"00:00:5e:00:53:01"`},
		{value.Text, []byte("a\"\\\n\x00é\xff"), `"a\"\\\u000a\u0000é` + "\ufffd" + `"`},
		{value.String, nil, `""`},
	} {
		got := appendValue(nil, c.of, c.v)
		if string(got) != c.want || !json.Valid(got) {
			t.Errorf("%s: %s, want %s", c.of, got, c.want)
		}
	}
	list := (value.Text | value.List).AppendTo((value.Text|value.List).AppendTo(nil, []byte("a")), nil)
	if got := string(appendList(nil, value.Text|value.List, list)); got != `["a",""]` {
		t.Errorf("a list: %s", got)
	}
	if got := string(appendList(nil, value.Uint16|value.List, nil)); got != `[]` {
		t.Errorf("an empty list: %s", got)
	}
}
