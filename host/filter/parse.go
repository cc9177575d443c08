package filter

import (
	"maps"
	"slices"
	"strings"
)

// Node is a node of an expression's tree.
type Node struct {
	Op   string // and, or, not; empty: a test
	A, B *Node  // of not A alone
	Text string // of a test
	At   int    // its byte offset in the expression

	test any // qualified, relation or special
}

// qualifiers say what an address, a port or a number is of.
type qualifiers struct {
	proto string // a protocol; empty: all
	dir   string // src, dst, or, and; one of stationAddress; empty: or
	what  string // host, net, port, portrange, proto, protochain, gateway; empty: host
}

// qualified is a test of an address, a port or a number.
type qualified struct {
	qualifiers
	id   token
	bits int    // after a slash; -1: none
	mask string // after mask; empty: none
}

// special is a test that is a word, or a word and an argument.
type special struct {
	word, proto, arg string
	number           *uint32
}

// relation compares numbers.
type relation struct {
	op   string
	a, b *arith
}

// arith is an arithmetic expression.
type arith struct {
	op    string // an operator, or number, len, load, neg
	a, b  *arith
	n     uint32
	proto string // of load: a is the offset
	size  uint32
	at    int
}

// maxDepth bounds nesting.
const maxDepth = 200

type parser struct {
	text   string
	tokens []token
	i      int
	depth  int
}

// Parse returns the tree of an expression in the language of pcap-filter(7); nil for an empty one, which all frames meet. The
// error is an [Error].
func Parse(text string) (*Node, error) {
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	if p.now().kind == end {
		return nil, nil
	}
	n, _, err := p.expression(nil)
	if err == nil && p.now().kind != end {
		err = fail(p.now().at, "unexpected %s", p.shown())
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (p *parser) now() token { return p.tokens[p.i] }

func (p *parser) after(n int) token { return p.tokens[min(p.i+n, len(p.tokens)-1)] }

// is reports whether the current token is one of these keywords.
func (p *parser) is(words ...string) bool { return p.now().is(words...) }

func (t token) is(words ...string) bool {
	if t.kind != keyword {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

func (p *parser) shown() string {
	if p.now().kind == end {
		return "end of the expression"
	}
	return "word " + p.now().text
}

// expression parses tests with and and or between them, which bind alike and to the left. before are the qualifiers that a bare
// address continues.
func (p *parser) expression(before *qualifiers) (*Node, *qualifiers, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, nil, fail(p.now().at, "more than %d parentheses or negations around it", maxDepth)
	}
	n, q, err := p.operand(before)
	for err == nil && p.is("and", "or") {
		op := p.now()
		p.i++
		var right *Node
		if right, q, err = p.operand(q); err == nil {
			n = &Node{Op: op.text, A: n, B: right, At: op.at}
		}
	}
	return n, q, err
}

// operand parses what is between and and or.
func (p *parser) operand(before *qualifiers) (*Node, *qualifiers, error) {
	t := p.now()
	switch {
	case p.is("not"):
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxDepth {
			return nil, nil, fail(t.at, "more than %d parentheses or negations around it", maxDepth)
		}
		p.i++
		n, q, err := p.operand(before)
		return &Node{Op: "not", A: n, At: t.at}, q, err
	case p.relates():
		n, err := p.relation()
		return n, nil, err
	case p.is("("):
		p.i++
		n, _, err := p.expression(before)
		if err == nil && !p.is(")") {
			err = fail(p.now().at, "unexpected %s, want )", p.shown())
		}
		p.i++
		return n, before, err
	case t.kind != keyword:
		if before == nil {
			if t.kind == end {
				return nil, nil, fail(t.at, "it ends where a test is expected")
			}
			return nil, nil, fail(t.at, "%s is of nothing: write host, net, port or another word before it", t.text)
		}
		n, err := p.id(*before)
		return n, before, err
	}
	return p.head()
}

// relates reports whether a relation between numbers begins here.
func (p *parser) relates() bool {
	i := p.i
	switch t := p.tokens[i]; {
	case t.is("-", "len"):
		return true
	case t.kind == number:
		i++
	case t.is("("): // what follows its end tells
		depth := 0
		for ; p.tokens[i].kind != end; i++ {
			if p.tokens[i].is("(") {
				depth++
			} else if p.tokens[i].is(")") {
				if depth--; depth == 0 {
					i++
					break
				}
			}
		}
	case t.kind == keyword:
		return p.tokens[min(i+1, len(p.tokens)-1)].is("[")
	default:
		return false
	}
	return p.tokens[i].is("=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
}

// protocols are the words that begin qualifiers, or are tests by themselves.
var protocols = set("ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp", "atalk", "aarp", "decnet",
	"lat", "sca", "moprc", "mopdl", "iso", "esis", "isis", "clnp", "es-is", "is-is", "stp", "ipx", "netbeui", "radio")

// head parses qualifiers and what they are of, or a test that is a word.
func (p *parser) head() (*Node, *qualifiers, error) {
	t := p.now()
	var q qualifiers
	if t.kind == keyword && protocols[t.text] {
		q.proto = t.text
		p.i++
		if !p.is("src", "dst", "host", "net", "port", "portrange", "proto", "protochain", "gateway", "broadcast", "multicast", "type", "subtype", "dir") && !p.is(stations...) {
			return &Node{Text: t.text, At: t.at, test: &special{word: "proto", proto: t.text}}, nil, nil
		}
	}
	if p.is("broadcast", "multicast") {
		n := &Node{Text: strings.TrimSpace(q.proto + " " + p.now().text), At: t.at, test: &special{word: p.now().text, proto: q.proto}}
		p.i++
		return n, nil, nil
	}
	if p.is(stations...) {
		q.dir = p.now().text
		p.i++
	} else if p.is("src", "dst") {
		q.dir = p.now().text
		if other := p.after(2); p.after(1).is("or", "and") && other.is("src", "dst") && other.text != q.dir {
			q.dir = p.after(1).text
			p.i += 2
		}
		p.i++
	}
	if p.is("host", "net", "port", "portrange", "proto", "protochain", "gateway") {
		q.what = p.now().text
		if q.dir != "" && (q.what == "proto" || q.what == "protochain" || q.what == "gateway") {
			return nil, nil, fail(p.now().at, "%s has no direction", q.what)
		}
		p.i++
	} else if q.dir == "" {
		n, err := p.special()
		return n, nil, err
	}
	n, err := p.id(q)
	return n, &q, err
}

var stations = slices.Sorted(maps.Keys(stationAddress))

// special parses a test that is a word, and its argument.
func (p *parser) special() (*Node, error) {
	t := p.now()
	s := &special{word: t.text}
	n := &Node{Text: t.text, At: t.at, test: s}
	switch {
	case t.kind == end:
		return nil, fail(t.at, "it ends where a test is expected")
	case t.kind == keyword && elsewhere[t.text]:
		return nil, fail(t.at, "%s is for link types, or systems, that t2host does not filter", t.text)
	case p.is("inbound", "outbound", "pppoed") || t.kind == keyword && isisTypes[t.text] != nil:
		p.i++
		return n, nil
	case p.is("less", "greater", "vlan", "mpls", "pppoes", "geneve"):
		p.i++
		if err := p.argument(s); err != nil {
			return nil, err
		}
		if s.number == nil && (s.word == "less" || s.word == "greater") {
			return nil, fail(p.now().at, "unexpected %s, want a number of bytes", p.shown())
		}
		n.Text = p.upTo(t.at)
		return n, nil
	case p.is("type", "subtype", "dir", "reason", "action", "ifname", "ruleset", "rnr", "rulenum", "subrulenum"):
		if s.word == "rnr" { // which is a word after llc too
			s.word = "rulenum"
		}
		p.i++
		err := p.named(s)
		n.Text = p.upTo(t.at)
		return n, err
	case p.is("llc"):
		p.i++
		word := p.now()
		if _, ok := llcTypes[word.text]; (ok || word.text == "i") && (word.kind == name || word.kind == keyword) {
			s.arg = word.text
			p.i++
		}
		n.Text = p.upTo(t.at)
		return n, nil
	}
	return nil, fail(t.at, "unexpected %s", p.shown())
}

// argument parses a number, which may be missing or in parentheses.
func (p *parser) argument(s *special) error {
	deep := 0
	for p.is("(") && (p.after(1).kind == number || p.after(1).is("(")) {
		p.i++
		deep++
	}
	if p.now().kind == number {
		n := p.now().number
		s.number = &n
		p.i++
	}
	for ; deep > 0; deep-- {
		if !p.is(")") {
			return fail(p.now().at, "unexpected %s, want )", p.shown())
		}
		p.i++
	}
	return nil
}

// upTo returns the text of the expression from at to the current token.
func (p *parser) upTo(at int) string { return strings.TrimSpace(p.text[at:p.now().at]) }

// id parses what qualifiers are of: an address, a port, a number, a name; or several, with and, or, not and parentheses.
func (p *parser) id(q qualifiers) (*Node, error) {
	t := p.now()
	switch {
	case p.is("not"):
		p.i++
		n, err := p.id(q)
		return &Node{Op: "not", A: n, At: t.at}, err
	case p.is("("):
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxDepth {
			return nil, fail(t.at, "more than %d parentheses around it", maxDepth)
		}
		p.i++
		n, err := p.id(q)
		for err == nil && p.is("and", "or") {
			op := p.now()
			p.i++
			var right *Node
			if right, err = p.id(q); err == nil {
				n = &Node{Op: op.text, A: n, B: right, At: op.at}
			}
		}
		if err == nil && !p.is(")") {
			err = fail(p.now().at, "unexpected %s, want )", p.shown())
		}
		p.i++
		return n, err
	case t.kind == keyword && isKeyword(t.text):
		return nil, fail(t.at, "unexpected word %s: a name that is a word of the language has a backslash before it", t.text)
	case t.kind == keyword || t.kind == end:
		return nil, fail(t.at, "unexpected %s, want an address, a port or a number", p.shown())
	}
	test := &qualified{qualifiers: q, id: t, bits: -1}
	p.i++
	if t.kind == dotted || t.kind == ip6 {
		switch {
		case p.is("/"):
			p.i++
			if p.now().kind != number || p.now().number > 128 {
				return nil, fail(p.now().at, "unexpected %s, want a number of bits", p.shown())
			}
			test.bits = int(p.now().number)
			p.i++
		case p.is("mask") && t.kind == dotted:
			p.i++
			if p.now().kind != dotted {
				return nil, fail(p.now().at, "unexpected %s, want a mask such as 255.255.0.0", p.shown())
			}
			test.mask = p.now().text
			p.i++
		}
	}
	text := strings.Join(strings.Fields(strings.Join([]string{q.proto, shownDir(q.dir), q.what, p.upTo(t.at)}, " ")), " ")
	return &Node{Text: text, At: t.at, test: test}, nil
}

func shownDir(dir string) string {
	if dir == "or" || dir == "and" {
		return "src " + dir + " dst"
	}
	return dir
}
