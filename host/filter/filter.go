// Package filter compiles expressions in the language of tcpdump (pcap-filter(7)) and tells which frames meet them: the same
// ones as libpcap's.
package filter

import (
	"errors"
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/capture"
)

// Filter is a compiled expression. It is used by one goroutine.
type Filter struct {
	tree     *Node
	programs map[capture.LinkType]*Program
	link     capture.LinkType // of last
	last     *Program
}

// Compile compiles an expression. The error is an [Error] of the expression, which no link type could have.
func Compile(text string) (*Filter, error) {
	tree, err := Parse(text)
	if err != nil {
		return nil, err
	}
	f := &Filter{tree: tree, programs: map[capture.LinkType]*Program{}}
	var first error
	for _, link := range []capture.LinkType{capture.LinkTypeEthernet, capture.LinkTypeLinuxSLL2, capture.LinkTypePPP, capture.LinkTypeIEEE80211Radiotap, capture.LinkTypePFLog} {
		if _, err := f.Program(link); err == nil {
			return f, nil
		} else if first == nil {
			first = err
		}
	}
	return nil, first
}

// Program returns the program for a link type, or an error if the expression has a test that its frames cannot have.
func (f *Filter) Program(link capture.LinkType) (*Program, error) {
	if p := f.programs[link]; p != nil {
		return p, nil
	}
	c, cells, err := generate(f.tree, link)
	if err != nil {
		if errors.As(err, new(*Error)) && link != capture.LinkTypeEthernet {
			err = fmt.Errorf("%w (frames of link type %v)", err, link)
		}
		return nil, err
	}
	p, err := assemble(c, cells)
	if err == nil {
		f.programs[link] = p
	}
	return p, err
}

// Match reports whether a frame meets the expression.
func (f *Filter) Match(frame *capture.Frame) (bool, error) {
	if f.last == nil || f.link != frame.Link {
		p, err := f.Program(frame.Link)
		if err != nil {
			return false, err
		}
		f.link, f.last = frame.Link, p
	}
	return f.last.run(frame.Data, frame.WireLen), nil
}

// Tree returns the tree of the expression, a line for each node, with what is under it indented.
func (f *Filter) Tree() string {
	var b strings.Builder
	if f.tree == nil {
		return "all frames\n"
	}
	f.tree.write(&b, 0)
	return b.String()
}

func (n *Node) write(b *strings.Builder, depth int) {
	text := n.Op
	if text == "" {
		text = n.Text
	}
	fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth), text)
	if n.A != nil {
		n.A.write(b, depth+1)
	}
	if n.B != nil {
		n.B.write(b, depth+1)
	}
}
