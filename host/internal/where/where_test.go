package where

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk/value"
)

// columns are those of the tests, and row is one row of them.
var columns = []value.Column{
	{Name: "u8", Type: value.Uint8},
	{Name: "u64", Type: value.Uint64},
	{Name: "h16", Type: value.Hex16},
	{Name: "i64", Type: value.Int64},
	{Name: "f32", Type: value.Float32},
	{Name: "f64", Type: value.Float64},
	{Name: "nan", Type: value.Float64},
	{Name: "at", Type: value.Time},
	{Name: "took", Type: value.Duration},
	{Name: "ip", Type: value.IP},
	{Name: "ip6", Type: value.IP},
	{Name: "none", Type: value.IP},
	{Name: "mac", Type: value.MAC},
	{Name: "text", Type: value.Text},
	{Name: "empty", Type: value.Text},
	{Name: "ports", Type: value.Uint16 | value.List},
	{Name: "no", Type: value.Uint16 | value.List},
	{Name: "names", Type: value.Text | value.List},
}

func row() []*value.Vec {
	num := func(size int, n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n)[:size] }
	ip := func(version byte, b ...byte) []byte {
		return append(append([]byte{version}, b...), make([]byte, 16-len(b))...)
	}
	values := [][]byte{
		num(1, 200), num(8, math.MaxUint64), num(2, 0x4001), num(8, uint64(1<<64-5)),
		num(4, uint64(math.Float32bits(0.1))), num(8, math.Float64bits(0.1)), num(8, math.Float64bits(math.NaN())),
		num(8, 1_500_000_000_250_000_000), num(8, 1_500_000_000), ip(4, 10, 1, 2, 3), ip(6, 0x20, 1, 0xd, 0xb8, 0, 1),
		make([]byte, value.IPSize),
		{2, 0, 0, 0, 0, 0xff},
		[]byte("a \"b\""), nil,
		{80, 0, 0xbb, 1},
		nil,
		{1, 0, 0, 0, 'x', 2, 0, 0, 0, 'y', 'z'},
	}
	var vecs []*value.Vec
	for i, v := range values {
		vec := &value.Vec{Type: columns[i].Type}
		vec.Append(v)
		vecs = append(vecs, vec)
	}
	return vecs
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		"u8": true, "empty": false, "no": false, "ports": true, "not none": true, "text": true,
		"u8 == 200": true, "u8 = 0xc8": true, "u8 != 200": false, "u8 < 200": false, "u8 <= 200": true, "u8 < 200.5": true,
		"u8 > 199.5": true, "u8 >= 200.5": false, "u8 == 200.5": false, "u8 != 200.5": true, "u8 < 1000": true, "u8 > -1": true, "u8 == 456": false,
		"u8 < 0": false, "u8 >= 0": true, "u8 in (1, 200)": true, "u8 in 3": false, "not u8 in (1, 2)": true,
		"u64 == 18446744073709551615": true, "u64 > 18446744073709551614": true, "u64 > 9223372036854775807": true, "u64 < 0": false,
		"u64 == 18446744073709551616": false, "u64 < 18446744073709551616": true, "u64 == -1": false, "u64 in (-1, 18446744073709551615)": true,
		"h16 & 0x4000": true, "h16 & 0x3ffe": false, "h16 == 0x4001": true, "u64 & 18446744073709551616": false,
		"i64 == -5": true, "i64 < 0": true, "i64 > -5.5": true, "i64 < 18446744073709551615": true, "i64 >= -9223372036854775809": true,
		"f32 == 0.1": true, "f64 == 0.1": true, "f64 < 0.1": false, "f32 > 1e-3": true, "nan == 1": false, "nan < 1": false, "nan >= 1": false, "nan != 1": true, "nan": true,
		"at == 1500000000.25": true, `at == "2017-07-14T02:40:00.25Z"`: true, `at < "2017-07-14T04:40:00.3+02:00"`: true, "took > 1.4999999999": true, "took == 1.5": true,
		"ip == 10.1.2.3": true, "ip in 10.0.0.0/8": true, "ip in 10.1.2.3/32": true, "ip in (192.0.2.0/24, 10.1.0.0/15)": true, "ip in 10.2.0.0/15": false,
		"ip in 0.0.0.0/0": true, "ip in ::/0": false, "ip6 in ::/0": true, "ip6 in 2001:db8::/33": true, "ip6 in 2001:db8:8000::/33": false, "none in 0.0.0.0/0": false, "ip != 10.1.2.3": false,
		"ip == ::ffff:10.1.2.3":    false,
		"mac == 02:00:00:00:00:ff": true, "mac < 02:00:00:00:01:00": true, "mac in (02:00:00:00:00:fe)": false,
		`text == "a \"b\""`: true, `text == 'a "b"'`: true, `text > "a"`: true, `text in ("x", "a")`: false, `empty == ""`: true, `names == "yz"`: true, `names != "x"`: false,
		"ports == 443": true, "ports == 81": false, "ports < 81": true, "not ports == 81": true, "ports in (22, 80)": true,
		"u8 == 1 or u8 == 200 and empty": false, "(u8 == 200 or empty) and text": true, "u8 == 200 or empty and empty": true, "not u8 == 1 and not not text": true,
	} {
		c, err := Compile(text, columns)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		match := []bool{false}
		if c.Match(row(), match); match[0] != want {
			t.Errorf("%s: got %v", text, match[0])
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "1: unexpected end: want the name of a column",
		"u9 == 1":                     `1: unknown column "u9", did you mean u8?`,
		"u8 == ":                      "7: unexpected end: want a number",
		"u8 == x":                     `7: "x" is not a number, as column u8 is`,
		"u8 == 'x'":                   `7: text "x" is not a number`,
		"u8 and":                      "7: unexpected end: want the name of a column",
		"u8 u64":                      `4: unexpected "u64": want and, or, or the end`,
		"(u8":                         "4: unexpected end: want )",
		"u8 in (1 2)":                 `10: unexpected "2": want , or )`,
		"ip < 10.0.0.1":               "6: addresses have no order",
		"ip == 10.0.0":                `7: "10.0.0" is not an address, or ADDRESS/LENGTH, as column ip is`,
		"text & 1":                    "6: & is for unsigned numbers, and column text is text",
		"text == x":                   `9: "x" is not a text in quotes`,
		`text == "x`:                  "9: text without its closing quote",
		"took == '1s'":                `9: text "1s" is not seconds`,
		"at == 'today'":               `7: text "today" is not seconds since 1970`,
		"u8 == 1e9":                   `7: "1e9" is not a number`,
		"u8 == 1/2":                   `7: "1/2" is not a number`,
		"mac == 1":                    `8: "1" is not a MAC address`,
		"u8 == == 1":                  `7: unexpected "=="`,
		strings.Repeat("not ", 101):   "more than 100 parentheses and nots",
		strings.Repeat("u8 ", 30_000): "1: 90000 bytes, more than 65536",
	} {
		_, err := Compile(text, columns)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %s", text, err, want)
		}
	}
}

// TestNumbers compares random whole numbers with random literals, exactly.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := []uint64{0, 1, 127, 128, 255, 256, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 53, 1<<53 + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	next := func() uint64 {
		if r.IntN(2) == 0 {
			return pick[r.IntN(len(pick))]
		}
		return r.Uint64() >> r.IntN(64)
	}
	holds := map[string]func(order int) bool{
		"==": func(o int) bool { return o == 0 }, "!=": func(o int) bool { return o != 0 }, "<": func(o int) bool { return o < 0 },
		"<=": func(o int) bool { return o <= 0 }, ">": func(o int) bool { return o > 0 }, ">=": func(o int) bool { return o >= 0 },
	}
	for range 20_000 {
		a, b := next(), next()
		for op, want := range holds {
			unsigned, signed := 0, 0
			if a != b {
				unsigned, signed = 1, 1
				if a < b {
					unsigned = -1
				}
				if int64(a) < int64(b) {
					signed = -1
				}
			}
			for _, c := range []struct {
				of    value.Type
				text  string
				order int
			}{
				{value.Uint64, fmt.Sprintf("n %s %d", op, b), unsigned},
				{value.Int64, fmt.Sprintf("n %s %d", op, int64(b)), signed},
			} {
				v := value.Vec{Type: c.of, Data: binary.LittleEndian.AppendUint64(nil, a)}
				compiled, err := Compile(c.text, []value.Column{{Name: "n", Type: c.of}})
				if err != nil {
					t.Fatal(err)
				}
				match := []bool{false}
				if compiled.Match([]*value.Vec{&v}, match); match[0] != want(c.order) {
					t.Fatalf("%s of %d (%s): got %v", c.text, a, c.of, match[0])
				}
			}
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	c, err := Compile("u8 > 3 and (ip in 10.0.0.0/8 or not ports == 80) and took < 9 or text == 'x'", columns)
	if err != nil {
		t.Fatal(err)
	}
	vecs, match := row(), []bool{false}
	c.Match(vecs, match)
	if n := testing.AllocsPerRun(100, func() { c.Match(vecs, match) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range []string{"u8 == 1", "not (ip in 10.0.0.0/8 and text != 'x') or ports & 3", "at > \"2017-07-14T02:40:00Z\"", "f64 < -1e308", "((("} {
		f.Add(text)
	}
	vecs := row()
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Compile(text, columns)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len(text)+1 {
				t.Errorf("error %v", err)
			}
			return
		}
		match := []bool{false}
		c.Match(vecs, match)
		other, err := Compile("not ("+text+")", columns)
		if err != nil {
			return // too deep
		}
		against := []bool{false}
		if other.Match(vecs, against); match[0] == against[0] {
			t.Errorf("%q and its opposite are both %v", text, match[0])
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	const n = 4096
	port, ip := &value.Vec{Type: value.Uint16}, &value.Vec{Type: value.IP}
	for i := range n {
		port.Data = binary.LittleEndian.AppendUint16(port.Data, uint16(i))
		ip.Data = append(append(ip.Data, 4, 10, byte(i), byte(i>>8), 1), make([]byte, 12)...)
	}
	of := []value.Column{{Name: "port", Type: value.Uint16}, {Name: "ip", Type: value.IP}}
	for _, text := range []string{"port > 1024", "port in (80, 443, 8080)", "port > 1024 and not ip in 10.0.0.0/9"} {
		c, err := Compile(text, of)
		if err != nil {
			b.Fatal(err)
		}
		match := make([]bool, n)
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				c.Match([]*value.Vec{port, ip}, match)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
