// Package where compiles conditions on rows and evaluates them over whole columns. The language:
//
//	condition  = conjunction { "or" conjunction }
//	conjunction = term { "and" term }
//	term       = "not" term | "(" condition ")" | COLUMN [ test ]
//	test       = ("==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "&") literal | "in" ( literal | "(" literal { "," literal } ")" )
//
// as in dstPort in (80, 443) and not srcIP in 10.0.0.0/8. A column alone is true where it is neither zero nor empty. "&" is true where one of the bits of the literal is set.
// A list passes a test if one of its elements does. Literals are numbers (exact, 0x for hex, seconds for times and
// durations), addresses with or without a prefix length, MAC addresses, and texts in quotes; a time may be a text of
// RFC 3339 too. Numbers are compared exactly, of whatever width and sign; a literal is rounded to a column of floats.
package where

import (
	"fmt"

	"github.com/t2host/t2host/sdk/value"
)

// Condition is a compiled condition. It is used by one goroutine at a time.
type Condition struct {
	// Columns are the indexes of the columns that it reads, of those of Compile. One may be there more than once.
	Columns []int

	root node
	free [][]bool
}

// node is a part of a condition. It sets match[i] for each row.
type node interface {
	eval(c *Condition, columns []*value.Vec, match []bool)
}

// Error is an error in a condition.
type Error struct {
	Column int // where it is, from 1
	Text   string
}

func (e *Error) Error() string { return fmt.Sprintf("where, at character %d: %s", e.Column, e.Text) }

// Compile compiles a condition on rows with these columns. Its errors are of type *Error.
func Compile(text string, columns []value.Column) (*Condition, error) {
	p := &parser{text: text, columns: columns}
	p.next()
	root := p.or()
	if p.err == nil && p.kind != endToken {
		p.fail(p.at, "unexpected %s: want and, or, or the end", p.word())
	}
	if p.err != nil {
		return nil, p.err
	}
	return &Condition{root: root, Columns: p.used}, nil
}

// Match sets match[i] to whether row i meets the condition. columns are those of Compile.
func (c *Condition) Match(columns []*value.Vec, match []bool) {
	c.root.eval(c, columns, match)
}

// borrow returns memory for n rows, to be given back by release.
func (c *Condition) borrow(n int) []bool {
	if k := len(c.free) - 1; k >= 0 && cap(c.free[k]) >= n {
		m := c.free[k][:n]
		c.free = c.free[:k]
		return m
	}
	return make([]bool, n)
}

func (c *Condition) release(m []bool) { c.free = append(c.free, m) }

type and struct{ left, right node }

func (a *and) eval(c *Condition, columns []*value.Vec, match []bool) {
	a.left.eval(c, columns, match)
	other := c.borrow(len(match))
	a.right.eval(c, columns, other)
	for i, ok := range other {
		match[i] = match[i] && ok
	}
	c.release(other)
}

type or struct{ left, right node }

func (o *or) eval(c *Condition, columns []*value.Vec, match []bool) {
	o.left.eval(c, columns, match)
	other := c.borrow(len(match))
	o.right.eval(c, columns, other)
	for i, ok := range other {
		match[i] = match[i] || ok
	}
	c.release(other)
}

type not struct{ of node }

func (n *not) eval(c *Condition, columns []*value.Vec, match []bool) {
	n.of.eval(c, columns, match)
	for i := range match {
		match[i] = !match[i]
	}
}
