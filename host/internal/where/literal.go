package where

import (
	"math"
	"math/big"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/sdk/value"
)

// literal reads the present token as a value to compare a column with.
func (p *parser) literal(t *test, column value.Column) {
	if p.err != nil {
		return
	}
	if p.kind != wordToken && p.kind != textToken {
		p.fail(p.at, "unexpected %s: want %s", p.word(), wanted(column.Type.Elem()))
		return
	}
	elem := column.Type.Elem()
	ok := true
	switch {
	case elem == value.Text || elem == value.String:
		ok = p.kind == textToken
		t.texts = append(t.texts, []byte(p.token))
	case elem == value.MAC:
		mac, err := net.ParseMAC(p.token)
		ok = err == nil && len(mac) == 6
		t.texts = append(t.texts, mac)
	case elem == value.IP:
		ok = t.address(p.token)
		if ok && t.op != opEqual && t.op != opNot && t.op != opIn {
			p.fail(p.at, "addresses have no order: want ==, != or in ADDRESS/LENGTH")
		}
	case elem == value.Float32 || elem == value.Float64:
		x, err := strconv.ParseFloat(p.token, 64)
		if elem == value.Float32 {
			x = float64(float32(x))
		}
		ok = p.kind == wordToken && err == nil && !math.IsNaN(x)
		t.floats = append(t.floats, x)
	case elem == value.Time && p.kind == textToken:
		at, err := time.Parse(time.RFC3339Nano, p.token)
		ok = err == nil
		t.number(new(big.Rat).SetInt64(at.UnixNano()), elem)
	default:
		var n *big.Rat
		if n, ok = number(p.token); ok && p.kind == wordToken {
			if elem == value.Time || elem == value.Duration {
				n.Mul(n, big.NewRat(1e9, 1))
			}
			t.number(n, elem)
		} else {
			ok = false
		}
	}
	if !ok {
		p.fail(p.at, "%s is not %s, as column %s is", p.word(), wanted(elem), column.Name)
	}
	p.next()
}

// wanted is what a literal of a type is, for messages.
func wanted(t value.Type) string {
	switch {
	case t == value.Text || t == value.String:
		return `a text in quotes`
	case t == value.MAC:
		return "a MAC address"
	case t == value.IP:
		return "an address, or ADDRESS/LENGTH"
	case t == value.Time:
		return "seconds since 1970, or a text such as \"2026-11-23T17:34:11Z\""
	case t == value.Duration:
		return "seconds"
	}
	return "a number"
}

// number returns a number exactly. Those that are longer than any value are refused: they cost time and memory.
func number(s string) (*big.Rat, bool) {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 64)
		return new(big.Rat).SetUint64(n), err == nil
	}
	if len(s) > 64 || strings.Trim(s, "0123456789+-.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// number adds a whole number's range: the values of the type that compare so with n.
func (t *test) number(n *big.Rat, of value.Type) {
	floor := new(big.Int).Div(n.Num(), n.Denom()) // Euclidean: rounds down, since the denominator is positive
	isWhole := n.IsInt()
	low, high := limits(of)
	from, to := low, high
	above := new(big.Int).Add(floor, big.NewInt(1))
	ceiling := floor
	if !isWhole {
		ceiling = above
	}
	switch t.op {
	case opLess:
		to = new(big.Int).Sub(ceiling, big.NewInt(1))
	case opLessEqual:
		to = floor
	case opMore:
		from = above
	case opMoreEqual:
		from = ceiling
	default:
		from, to = floor, floor
		if !isWhole {
			to = new(big.Int).Sub(floor, big.NewInt(1)) // none
		}
	}
	if from.Cmp(low) < 0 {
		from = low
	}
	if to.Cmp(high) > 0 {
		to = high
	}
	if from.Cmp(to) > 0 {
		return // no value
	}
	base := new(big.Int)
	if low.Sign() < 0 {
		base = low
	}
	t.ranges = append(t.ranges, [2]uint64{new(big.Int).Sub(from, base).Uint64(), new(big.Int).Sub(to, base).Uint64()})
}

// limits are the smallest and the largest value of a type.
func limits(t value.Type) (low, high *big.Int) {
	one := big.NewInt(1)
	if !unsigned(t) {
		return big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	}
	high = new(big.Int).Lsh(one, uint(8*t.Size()))
	return new(big.Int), high.Sub(high, one)
}

// address adds an address or a prefix.
func (t *test) address(s string) bool {
	net, err := netip.ParsePrefix(s)
	if err != nil {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return false
		}
		net = netip.PrefixFrom(ip, ip.BitLen())
	}
	p := prefix{bits: net.Bits()}
	p.ip[0] = 6
	if net.Addr().Is4() {
		p.ip[0] = 4
	}
	copy(p.ip[1:], net.Masked().Addr().AsSlice())
	t.nets = append(t.nets, p)
	return true
}
