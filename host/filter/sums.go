package filter

// relation parses a comparison of numbers.
func (p *parser) relation() (*Node, error) {
	at := p.now().at
	a, err := p.arith("")
	if err != nil {
		return nil, err
	}
	if !p.is("=", "!=", "<", ">", "<=", ">=") {
		return nil, fail(p.now().at, "unexpected %s, want a comparison", p.shown())
	}
	op := p.now().text
	p.i++
	b, err := p.arith("")
	if err != nil {
		return nil, err
	}
	return &Node{Text: p.upTo(at), At: at, test: &relation{op, a, b}}, nil
}

// binding are the operators of arithmetic with a precedence. In libpcap % and ^ have none, and extend to the right.
var binding = map[string]int{"|": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5}

// arith parses arithmetic, after an operator whose right side it is.
func (p *parser) arith(after string) (*arith, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, fail(p.now().at, "arithmetic of more than %d levels", maxDepth)
	}
	a, err := p.term()
	for err == nil && p.is("|", "&", "^", "<<", ">>", "+", "-", "*", "/", "%") {
		op := p.now()
		if left, right := binding[after], binding[op.text]; left > 0 && right > 0 && right <= left {
			break
		}
		p.i++
		var b *arith
		if b, err = p.arith(op.text); err == nil {
			a, err = combine(op, a, b)
		}
	}
	return a, err
}

// combine returns an operation, or its result if both sides are numbers.
func combine(op token, a, b *arith) (*arith, error) {
	if b.op == "number" {
		switch {
		case b.n == 0 && op.text == "/":
			return nil, fail(op.at, "division by zero")
		case b.n == 0 && op.text == "%":
			return nil, fail(op.at, "modulus by zero")
		case b.n > 31 && (op.text == "<<" || op.text == ">>"):
			return nil, fail(op.at, "shift by more than 31 bits")
		}
	}
	if a.op == "number" && b.op == "number" {
		n, _ := alu(operations[op.text], a.n, b.n)
		return &arith{op: "number", n: n, at: a.at}, nil
	}
	return &arith{op: op.text, a: a, b: b, at: op.at}, nil
}

func (p *parser) term() (*arith, error) {
	t := p.now()
	switch {
	case t.kind == number:
		p.i++
		return &arith{op: "number", n: t.number, at: t.at}, nil
	case p.is("len"):
		p.i++
		return &arith{op: "len", at: t.at}, nil
	case p.is("-"):
		p.i++
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxDepth {
			return nil, fail(t.at, "arithmetic of more than %d levels", maxDepth)
		}
		a, err := p.term()
		if err != nil {
			return nil, err
		}
		return combine(token{text: "-", at: t.at}, &arith{op: "number", at: t.at}, a)
	case p.is("("):
		p.i++
		a, err := p.arith("")
		if err == nil && !p.is(")") {
			err = fail(p.now().at, "unexpected %s, want )", p.shown())
		}
		p.i++
		return a, err
	case t.kind == keyword && protocols[t.text] && p.after(1).is("["):
		p.i += 2
		offset, err := p.arith("")
		if err != nil {
			return nil, err
		}
		a := &arith{op: "load", proto: t.text, a: offset, size: 1, at: t.at}
		if p.is(":") {
			p.i++
			if a.size = p.now().number; p.now().kind != number || a.size != 1 && a.size != 2 && a.size != 4 {
				return nil, fail(p.now().at, "unexpected %s, want a size of 1, 2 or 4 bytes", p.shown())
			}
			p.i++
		}
		if !p.is("]") {
			return nil, fail(p.now().at, "unexpected %s, want ]", p.shown())
		}
		p.i++
		return a, nil
	}
	return nil, fail(t.at, "unexpected %s, want a number, len or PROTOCOL[OFFSET]", p.shown())
}
