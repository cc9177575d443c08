package value

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/internal/little"
)

// wired is a value as on the wire.
func wired(t Type, u uint64) []byte { return little.AppendUint(nil, u, t.Size()) }

// ip is an address as the bytes of an IP.
func ip(version byte, address [16]byte) []byte { return append([]byte{version}, address[:]...) }

func shown(ip []byte) string { return string(IP.AppendText(nil, ip)) }

func list(t Type, values ...string) []byte {
	var b []byte
	for _, v := range values {
		b = t.AppendTo(b, []byte(v))
	}
	return b
}

func TestTextForms(t *testing.T) {
	ns := func(i int64) uint64 { return uint64(i) }
	for _, c := range []struct {
		name  string
		of    Type
		value []byte
		want  string
	}{
		{"u8", Uint8, wired(Uint8, 255), "255"},
		{"u16", Uint16, wired(Uint16, 1<<16-1), "65535"},
		{"u32", Uint32, wired(Uint32, 1<<32-1), "4294967295"},
		{"u64", Uint64, wired(Uint64, 1<<64-1), "18446744073709551615"},
		{"i64", Int64, wired(Int64, 1<<63), "-9223372036854775808"},
		{"hex, all digits", Hex8, []byte{4}, "0x04"},
		{"hex 16", Hex16, wired(Hex16, 0x800), "0x0800"},
		{"hex 32", Hex32, wired(Hex32, 0xabc), "0x00000abc"},
		{"hex 64", Hex64, wired(Hex64, 0x0400000000004001), "0x0400000000004001"},
		{"float", Float32, wired(Float32, uint64(math.Float32bits(24.28798))), "24.28798"},
		{"double", Float64, wired(Float64, math.Float64bits(1.0/3)), "0.333333"},
		{"time", Time, wired(Time, ns(1581109488041083000)), "1581109488.041083000"},
		{"time before 1970", Time, wired(Time, ns(-1)), "4294967295.999999999"},
		{"time after 2106", Time, wired(Time, ns(4294967296_000000001)), "0.000000001"},
		{"duration below 0", Duration, wired(Duration, ns(-1_500000000)), "4294967294.500000000"},
		{"no duration", Duration, wired(Duration, 0), "0.000000000"},
		{"no address", IP, make([]byte, IPSize), "-"},
		{"IPv4", IP, ip(4, [16]byte{192, 168, 0, 13}), "192.168.0.13"},
		{"MAC", MAC, []byte{0x28, 0x37, 0x37, 0, 0x6d, 0xc8}, "28:37:37:00:6d:c8"},
		{"text", Text, []byte(`a "b"` + "\t\x01é;\xff"), `a \"b\"\t\u0001é;.`},
		{"string", String, []byte(`C:\x`), `"C:\\x"`},
		{"empty string", String, nil, `""`},
		{"list", Uint16 | List, []byte{5, 0, 0, 1}, "5;256"},
		{"list of one", MAC | List, []byte{1, 2, 3, 4, 5, 6}, "01:02:03:04:05:06"},
		{"empty list", Uint16 | List, nil, ""},
		{"list of texts", Text | List, list(Text|List, "eth:ipv4:tcp", "", "eth:arp"), "eth:ipv4:tcp;;eth:arp"},
		{"list of strings", String | List, list(String|List, "a;b", "c"), `"a;b";"c"`},
	} {
		if got := string(c.of.AppendText([]byte("x"), c.value)); got != "x"+c.want {
			t.Errorf("%s: got %s, want %s", c.name, got[1:], c.want)
		}
	}
}

// TestARowIsItsValues: what AppendRow writes in its own way reads the same.
func TestARowIsItsValues(t *testing.T) {
	var columns []*Vec
	for of := Uint8; of.Valid(); of++ {
		for _, of := range []Type{of, of | List} {
			v := Vec{Type: of}
			for i := range 8 {
				value := ip(4, [16]byte{1 << i, 255, 10, byte(i)})
				if size := of.Elem().Size(); size > 0 && of.Elem() != IP {
					value = value[1 : 1+size]
				}
				if i == 7 {
					clear(value[1:])
					value[0] &= 4 // an IP stays one
				}
				if of.IsList() {
					one := value
					value = nil
					for range i % 3 {
						value = of.AppendTo(value, one)
					}
				}
				v.Append(value)
			}
			columns = append(columns, &v)
		}
	}
	for i := range 8 {
		var want []string
		for _, v := range columns {
			want = append(want, string(v.Type.AppendText(nil, v.Bytes(i))))
		}
		if diff := cmp.Diff(want, strings.Split(string(AppendRow(nil, columns, i)), "\t")); diff != "" {
			t.Errorf("row %d (-values +row):\n%s", i, diff)
		}
	}
}

func TestTypeCodes(t *testing.T) {
	for of, want := range map[Type]string{
		Uint8: "U8", Hex64: "H64", Int64: "I64", Float32: "F", Float64: "D", Time: "U64.U32",
		Duration: "U64.U32", IP: "IPX", MAC | List: "MAC:R", Text | List: "SC:R", String: "S", 0: "invalid",
	} {
		if got := of.Code(); got != want {
			t.Errorf("%s: got %s, want %s", of, got, want)
		}
	}
}

func TestDecimals(t *testing.T) {
	check := func(u uint64) {
		if got, want := string(AppendDecimal(nil, u)), strconv.FormatUint(u, 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		i := int64(u)
		if got, want := string(appendSigned(nil, i)), strconv.FormatInt(i, 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		sec, rest := floorDiv(i, 1e9)
		if got, want := string(AppendSeconds(nil, i)), fmt.Sprintf("%d.%09d", uint32(sec), rest); got != want {
			t.Fatalf("%d ns: got %s, want %s", i, got, want)
		}
	}
	for p := uint64(1); ; p *= 10 {
		for d := range uint64(3) {
			check(p + d - 1)
			check(-p + d - 1)
		}
		if p == 1e19 {
			break
		}
	}
	for range 300_000 {
		check(rand.Uint64() >> rand.IntN(64))
	}
}

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

func TestAddressesAsInetNtop(t *testing.T) {
	for _, text := range []string{ // from glibc
		"::", "::1", "::2", "::ffff", "::1.2.3.4", "::0.1.0.2", "::1:0:0", "::ffff:1.2.3.4", "64:ff9b::102:304", "::ffff:0:102:304",
		"::1:1:1", "1:0:0:2::", "2001:db8:0:1:1:1:1:1", "::1:0:0", "fe80::", "1:2:3:4:5:6:7:8", "::fffe:102:304", "1:0:0:1::", "1::2:0:0:3:4",
	} {
		if got := shown(ip(6, netip.MustParseAddr(text).As16())); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
	for c := range 256 {
		a := [16]byte{byte(c), 0, byte(255 - c), byte(c)}
		if got, want := shown(ip(4, a)), netip.AddrFrom4([4]byte(a[:4])).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for range 300_000 {
		var a [16]byte
		a[0] = 1 // the prefix of zeros is above
		for i := 1; i < 16; i++ {
			if zeros := rand.Uint32(); zeros&3 == 0 {
				a[i] = byte(zeros >> 8)
			}
		}
		if got, want := shown(ip(6, a)), netip.AddrFrom16(a).String(); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// percent7g is C's %.7g by way of strconv, which rounds by the exact value too.
func percent7g(x float32) string {
	switch {
	case math.IsInf(float64(x), 0), x != x:
		sign := ""
		if math.Signbit(float64(x)) {
			sign = "-"
		}
		if x != x {
			return sign + "nan"
		}
		return sign + "inf"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(float64(x), 'e', 6, 64), "e")
	e, _ := strconv.Atoi(exponent)
	if x != 0 && (e < -4 || e >= 7) {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		return fmt.Sprintf("%se%+03d", mantissa, e)
	}
	text := strconv.FormatFloat(float64(x), 'f', 6-e, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func TestFloatsAsC(t *testing.T) {
	for _, c := range []struct { // from glibc's printf
		x    float32
		want string
	}{
		{0, "0"},
		{float32(math.Copysign(0, -1)), "-0"},
		{1, "1"},
		{0.5, "0.5"},
		{-0.05247376, "-0.05247376"},
		{48373.62, "48373.62"},
		{1e6, "1000000"},
		{9999999, "9999999"},
		{1e7, "1e+07"},
		{4294967295, "4.294967e+09"},
		{12345675, "1.234568e+07"},
		{12345665, "1.234566e+07"},
		{6.395177e-05, "6.395177e-05"},
		{0.0001, "0.0001"},
		{9.9999999e-05, "0.0001"},
		{8388607.5, "8388608"},
		{8388606.5, "8388606"},
		{0.99999999, "1"},
		{1e-45, "1.401298e-45"},
		{3.4028235e38, "3.402823e+38"},
		{float32(math.Inf(1)), "inf"},
		{float32(math.Inf(-1)), "-inf"},
		{float32(math.NaN()), "nan"},
		{math.Float32frombits(0xffc00000), "-nan"},
	} {
		if got := string(appendFloat32(nil, c.x)); got != c.want {
			t.Errorf("%g: got %s, want %s", c.x, got, c.want)
		}
		if got := percent7g(c.x); got != c.want {
			t.Errorf("%g: the test's own form is %s, want %s", c.x, got, c.want)
		}
	}
}

// TestFloatsAsStrconv goes over all exponents: their smallest and largest values,
// powers of ten and their neighbours, ties, and random ones.
func TestFloatsAsStrconv(t *testing.T) {
	var buf []byte
	check := func(x float32) {
		if buf = appendFloat32(buf[:0], x); string(buf) != percent7g(x) {
			t.Fatalf("%08x: got %s, want %s", math.Float32bits(x), buf, percent7g(x))
		}
	}
	for e := range uint32(256) {
		for d := range uint32(1000) {
			check(math.Float32frombits(e<<23 + d))
			check(math.Float32frombits(e<<23 - d))
			check(math.Float32frombits(e<<23 | rand.Uint32()&0x807fffff))
		}
	}
	for e := -46; e < 39; e++ {
		for digits := range 200 {
			x, _ := strconv.ParseFloat(fmt.Sprintf("%d.5e%d", digits, e), 32)
			check(float32(x))
			x, _ = strconv.ParseFloat(fmt.Sprintf("1e%d", e), 32)
			check(math.Float32frombits(math.Float32bits(float32(x)) + uint32(digits) - 100))
		}
	}
	for range 300_000 {
		check(math.Float32frombits(rand.Uint32()))
		check(rand.Float32() * 1e4)
		check(float32(rand.Uint32()>>rand.IntN(32)) / float32(int(1)<<rand.IntN(20))) // ties among them
		check(float32(10*(1e6+rand.IntN(6e5)) + 5))                                   // a tie each
	}
}

func TestDoublesAsStrconv(t *testing.T) {
	var buf []byte
	check := func(x float64) {
		want := strings.ToLower(strconv.FormatFloat(x, 'f', 6, 64))
		if buf = appendFloat64(buf[:0], x); string(buf) != strings.TrimPrefix(want, "+") {
			t.Fatalf("%016x: got %s, want %s", math.Float64bits(x), buf, want)
		}
	}
	for e := range uint64(2047) {
		for d := range uint64(50) {
			check(math.Float64frombits(e<<52 + d))
			check(math.Float64frombits(e<<52 | rand.Uint64()&(1<<63|1<<52-1)))
		}
	}
	for range 300_000 {
		check(rand.NormFloat64() * 1e3)
		check(rand.Float64() * 1e-5)
		check(float64(rand.Uint64()>>rand.IntN(64)) / float64(int(1)<<rand.IntN(40))) // ties among them
		check(float64(2*rand.IntN(1e6)+1) / 128)                                      // a tie each
		check(float64(2*rand.IntN(10)+1) * 0.5e-6)
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		check(x)
	}
	if got := string(appendFloat64(nil, math.Copysign(math.NaN(), -1))); got != "-nan" {
		t.Errorf("got %s, want -nan", got)
	}
}

// TestPowersOfTen compares the table with whole numbers of any length.
func TestPowersOfTen(t *testing.T) {
	for q := firstPower; q <= lastPower; q++ {
		x := big.NewRat(1, 1)
		ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(q, -q))), nil)
		if q >= 0 {
			x.SetInt(ten)
		} else {
			x.SetFrac(big.NewInt(1), ten)
		}
		scale := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(powerShift(q), -powerShift(q)))))
		if powerShift(q) > 0 {
			scale.Inv(scale)
		}
		x.Mul(x, scale)
		if want := new(big.Int).Quo(x.Num(), x.Denom()).Uint64(); powers10[q-firstPower] != want || want>>39 != 1 || (q >= 0 && q <= exactPower) != (x.IsInt() && q >= 0) {
			t.Errorf("10^%d: got %x, want %x", q, powers10[q-firstPower], want)
		}
	}
}

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "GET / HTTP/1.1", "GET / HTTP/1.1"},
		{"letters", "\b\f\n\r\t\v\\\"", `\b\f\n\r\t\v\\\"`},
		{"other control characters", "\x00\x07\x0e\x1f\x7f", `\u0000\u0007\u000E\u001F\u007F`},
		{"two, three and four bytes", "é€😀", "é€😀"},
		{"not a first byte", "a\x80b\xbf\xc0\xc1\xf5\xffc", "a.b.....c"},
		{"continuation missing", "\xc3a", ".a"},
		{"broken off by a sequence", "\xe2\x82é", ".é"},
		{"broken off by a control character", "\xe2\t", `.\t`},
		{"broken off at the end", "a\xf0\x9f\x98", "a."},
		{"overlong", "\xe0\x9fa", ".a"},
		{"overlong, then another", "\xe0\x80\xaf\xf0\x80\x80\xaf", "....."},
		{"surrogate", "\xed\xa0\x80", ".."},
		{"above U+10FFFF", "\xf4\x90a", ".a"},
		{"the last", "\U0010ffff\ud7ff\ue000", "\U0010ffff\ud7ff\ue000"},
	} {
		if got := string(appendEscaped(nil, []byte(c.text))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestEightBytesAtOnce: a text of eight bytes and more reads as its bytes do.
func TestEightBytesAtOnce(t *testing.T) {
	for c := range 256 {
		for at := range 9 {
			text := []byte("abc~ !#]")
			if at < 8 {
				text[at] = byte(c)
			}
			want := ""
			for _, b := range text {
				want += string(appendEscaped(nil, []byte{b}))
			}
			if got := string(appendEscaped(nil, text)); got != want {
				t.Errorf("%q: got %s, want %s", text, got, want)
			}
		}
	}
}

// FuzzEscape looks for a text that breaks a line or a string, and for UTF-8 that
// does not come back.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"eth:ipv4", "\t\"\\\x00", "é€😀\xff", "\xed\xa0\x80\xf4\x90"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		got := string(appendEscaped(nil, s))
		if !utf8.ValidString(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
			t.Errorf("%q holds a control character", got)
		}
		if !utf8.Valid(s) {
			return
		}
		back, err := strconv.Unquote(`"` + got + `"`)
		if err != nil || back != string(s) {
			t.Errorf("%q comes back as %q, %v", s, back, err)
		}
	})
}

func TestTextTakesNoMemory(t *testing.T) {
	buf := make([]byte, 0, 1<<10)
	ip := ip(6, netip.MustParseAddr("2001:db8::1").As16())
	texts := list(Text|List, "eth:ipv4:tcp", "a\tb\xff")
	if n := testing.AllocsPerRun(100, func() {
		buf = Float32.AppendText(buf[:0], wiredFloat[:])
		buf = Float32.AppendText(buf, wiredTie[:])
		buf = Time.AppendText(buf, ip[:8])
		buf = Hex64.AppendText(buf, ip[:8])
		buf = Float64.AppendText(buf, ip[:8])
		buf = Uint64.AppendText(buf, ip[:8])
		buf = IP.AppendText(buf, ip)
		buf = (Text | List).AppendText(buf, texts)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var (
	wiredFloat = [4]byte(wired(Float32, uint64(math.Float32bits(909.3793))))
	wiredTie   = [4]byte(wired(Float32, uint64(math.Float32bits(12345675)))) // by strconv
)
