package where

import (
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk/value"
)

// Limits of a condition: it may come from somebody else's settings file.
const (
	maxDepth = 100
	maxText  = 64 << 10
)

type tokenKind uint8

const (
	endToken  tokenKind = iota
	wordToken           // a name, a number, an address
	textToken           // in quotes
	opToken
)

type parser struct {
	text    string
	columns []value.Column
	used    []int // of the columns
	depth   int
	err     *Error

	kind  tokenKind
	token string // of a text without its quotes
	at    int    // where it begins
	end   int
}

func (p *parser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = &Error{at + 1, fmt.Sprintf(format, args...)}
	}
}

// word is the present token, for messages.
func (p *parser) word() string {
	switch p.kind {
	case endToken:
		return "end"
	case textToken:
		return fmt.Sprintf("text %q", p.token)
	}
	return fmt.Sprintf("%q", p.token)
}

// next reads a token.
func (p *parser) next() {
	if p.err != nil {
		p.kind = endToken
		return
	}
	if len(p.text) > maxText {
		p.fail(0, "%d bytes, more than %d", len(p.text), maxText)
	}
	i := p.end
	for i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '\t') {
		i++
	}
	p.at = i
	if i == len(p.text) {
		p.kind, p.token, p.end = endToken, "", i
		return
	}
	switch c := p.text[i]; {
	case c == '"' || c == '\'':
		p.quoted(c)
		return
	case strings.IndexByte("=!<>&(),", c) >= 0:
		n := 1
		if i+1 < len(p.text) && p.text[i+1] == '=' && strings.IndexByte("=!<>", c) >= 0 {
			n = 2
		}
		p.kind, p.token, p.end = opToken, p.text[i:i+n], i+n
		return
	}
	end := i
	for end < len(p.text) && strings.IndexByte(" \t\"'=!<>&(),", p.text[end]) < 0 {
		end++
	}
	p.kind, p.token, p.end = wordToken, p.text[i:end], end
}

// quoted reads a text up to its quote; a backslash takes the next character as it is.
func (p *parser) quoted(quote byte) {
	var b []byte
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\' && i+1 < len(p.text):
			i++
			b = append(b, p.text[i])
		case c == quote:
			p.kind, p.token, p.end = textToken, string(b), i+1
			return
		default:
			b = append(b, c)
		}
	}
	p.fail(p.at, "text without its closing quote %c", quote)
	p.kind = endToken
}

// keyword reports whether the present token is a word of the language, and goes on after it.
func (p *parser) keyword(word string) bool {
	if p.kind != wordToken && p.kind != opToken || p.token != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) or() node {
	n := p.and()
	for p.err == nil && p.keyword("or") {
		n = &or{n, p.and()}
	}
	return n
}

func (p *parser) and() node {
	n := p.term()
	for p.err == nil && p.keyword("and") {
		n = &and{n, p.term()}
	}
	return n
}

func (p *parser) term() node {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.at, "more than %d parentheses and nots inside each other", maxDepth)
		return nil
	}
	defer func() { p.depth-- }()
	switch {
	case p.keyword("not"):
		return &not{p.term()}
	case p.keyword("("):
		n := p.or()
		if !p.keyword(")") {
			p.fail(p.at, "unexpected %s: want )", p.word())
		}
		return n
	case p.kind != wordToken || p.token == "and" || p.token == "or" || p.token == "in":
		p.fail(p.at, "unexpected %s: want the name of a column", p.word())
		return nil
	}
	return p.test()
}

// test parses a column with what is asked of it.
func (p *parser) test() node {
	t := &test{column: p.column()}
	p.used = append(p.used, t.column)
	if p.err != nil {
		return nil
	}
	column := p.columns[t.column]
	p.next()
	if p.kind == wordToken && p.token == "in" {
		p.next()
		t.op = opIn
		if !p.keyword("(") {
			p.literal(t, column)
			return t.compiled(column)
		}
		for {
			p.literal(t, column)
			if p.err != nil || p.keyword(")") {
				return t.compiled(column)
			}
			if !p.keyword(",") {
				p.fail(p.at, "unexpected %s: want , or )", p.word())
			}
		}
	}
	ops := map[string]op{"=": opEqual, "==": opEqual, "!=": opNot, "<": opLess, "<=": opLessEqual, ">": opMore, ">=": opMoreEqual, "&": opBits}
	found, ok := ops[p.token]
	if p.kind != opToken || !ok {
		t.op = opSet
		return t
	}
	t.op = found
	at := p.at
	p.next()
	if t.op == opBits && !unsigned(column.Type.Elem()) {
		p.fail(at, "& is for unsigned numbers, and column %s is %s", column.Name, column.Type)
		return nil
	}
	p.literal(t, column)
	return t.compiled(column)
}

// column returns the index of the column that the present token names.
func (p *parser) column() int {
	var known []string
	for i := range p.columns {
		if p.columns[i].Name == p.token {
			return i
		}
		known = append(known, p.columns[i].Name)
	}
	p.fail(p.at, "unknown column %q%s", p.token, nearest.Hint(p.token, known))
	return 0
}
