package filter

import (
	"errors"
	"fmt"
	"strings"
)

// Instruction is one of classic BPF (linux/filter.h; McCanne and Jacobson 1993).
type Instruction struct {
	Code   uint16
	Jt, Jf uint8
	K      uint32
}

// Codes of instructions.
const (
	loadWord, loadHalf, loadByte      = 0x20, 0x28, 0x30
	indirectWord, indirectHalf        = 0x40, 0x48
	indirectByte, loadLen, loadImm    = 0x50, 0x80, 0x00
	loadMem, store, loadMemX          = 0x60, 0x02, 0x61
	headerLength, moveToX, jump       = 0xb1, 0x07, 0x05 // X = 4 * (byte & 15)
	jumpEQ, jumpGT, jumpGE, jumpSet   = 0x15, 0x25, 0x35, 0x45
	fromX                             = 0x08 // of operations and jumps: X instead of K
	addOp, subOp, mulOp, divOp, orOp  = 0x04, 0x14, 0x24, 0x34, 0x44
	andOp, lshOp, rshOp, modOp, xorOp = 0x54, 0x64, 0x74, 0x94, 0xa4
	result                            = 0x06
	chainOp                           = 0xf000 // own: A = 1 if the chain of headers K has its protocol, else 0
	memory                            = 16     // cells
	maxInstructions                   = 64 << 10
	maxKernel                         = 4096 // instructions that the kernel accepts
)

var operations = map[string]uint16{"+": addOp, "-": subOp, "*": mulOp, "/": divOp, "|": orOp, "&": andOp, "<<": lshOp, ">>": rshOp, "%": modOp, "^": xorOp}

// Program is a filter for one link type.
type Program struct {
	code   []Instruction
	chains []*chain
	shifts bool // by a number of the frame: the kernel masks it
	moves  bool // headers have places that cells hold: the kernel wants to see that each is set
}

// label is a place in a program that is jumped to.
type label struct {
	at    int  // once it is bound
	bound bool // it is the next instruction's
	refs  int
	a, x  *value // what A and X hold at all jumps to it; nil: not known
}

// step is an instruction, with labels of its jumps.
type step struct {
	Instruction
	t, f *label // of a conditional jump
}

// assembler makes a program of a condition.
type assembler struct {
	Program
	steps []step
	cells int    // that places are in; arithmetic has the others
	a, x  *value // what A and X hold now; nil: not known
	err   error
}

// assemble returns the program of a condition, whose places are in that many cells.
func assemble(c *condition, cells int) (*Program, error) {
	s := &assembler{cells: cells}
	s.moves = cells > 0
	accept, reject := &label{}, &label{}
	s.test(c, accept, reject)
	s.bind(accept)
	s.emit(Instruction{Code: result, K: 1})
	s.bind(reject)
	s.emit(Instruction{Code: result})
	if s.err == nil {
		s.err = s.resolve()
	}
	if s.err != nil {
		return nil, s.err
	}
	return &s.Program, nil
}

func (s *assembler) emit(i Instruction) {
	s.steps = append(s.steps, step{Instruction: i})
	if len(s.steps) > maxInstructions && s.err == nil {
		s.err = fmt.Errorf("filter: more than %d instructions", maxInstructions)
	}
}

// bind makes a label that of the next instruction, whose registers hold what they do at all jumps to it.
func (s *assembler) bind(l *label) {
	l.at, l.bound = len(s.steps), true
	s.a, s.x = l.a, l.x
}

// to notes a jump to a label.
func (s *assembler) to(l *label) *label {
	if l.refs == 0 {
		l.a, l.x = s.a, s.x
	}
	if !same(l.a, s.a) {
		l.a = nil
	}
	if !same(l.x, s.x) {
		l.x = nil
	}
	l.refs++
	return l
}

func same(a, b *value) bool { return a == b || a != nil && b != nil && *a == *b }

// branch emits a conditional jump.
func (s *assembler) branch(code uint16, k uint32, t, f *label) {
	s.emit(Instruction{Code: code, K: k})
	s.steps[len(s.steps)-1].t, s.steps[len(s.steps)-1].f = s.to(t), s.to(f)
}

// test emits a condition that goes on at one of two labels.
func (s *assembler) test(c *condition, t, f *label) {
	if s.err != nil {
		return
	}
	switch c.op {
	case "not":
		s.test(c.a, f, t)
	case "and", "or":
		next := &label{}
		if c.op == "and" {
			s.test(c.a, next, f)
		} else {
			s.test(c.a, t, next)
		}
		if next.refs > 0 { // otherwise it is never reached
			s.bind(next)
			s.test(c.b, t, f)
		}
	case "yes", "no":
		if c.op == "no" {
			t = f
		}
		s.emit(Instruction{Code: jump})
		s.steps[len(s.steps)-1].t = s.to(t)
	case "assign":
		s.value(c.left, s.cells)
		s.emit(Instruction{Code: store, K: uint32(c.cell - 1)})
		s.emit(Instruction{Code: jump})
		s.a, s.x = nil, nil
		s.steps[len(s.steps)-1].t = s.to(t)
	case "chain":
		s.chains = append(s.chains, c.chain)
		s.emit(Instruction{Code: chainOp, K: uint32(len(s.chains) - 1)})
		s.a = nil
		s.branch(jumpEQ, 1, t, f)
	default:
		s.compare(c, t, f)
	}
}

func (s *assembler) compare(c *condition, t, f *label) {
	code := c.jump
	if c.right == nil {
		s.value(c.left, s.cells)
		s.branch(code, c.k, t, f)
		return
	}
	s.pair(c.left, c.right, s.cells)
	s.branch(code|fromX, 0, t, f)
}

var errTooDeep = errors.New("filter: arithmetic, and headers of variable length, too deep")

// pair puts a number into A, and another one into X, in this order; cells from d up are free.
func (s *assembler) pair(a, b *value, d int) {
	if d >= memory && s.err == nil {
		s.err = errTooDeep
	}
	s.value(a, d)
	s.emit(Instruction{Code: store, K: uint32(d)})
	s.value(b, d+1)
	s.emit(Instruction{Code: moveToX})
	s.emit(Instruction{Code: loadMem, K: uint32(d)})
	s.a, s.x = nil, nil
}

// sizes are the codes of loads by their size: at an offset, and at one plus X.
var sizes = map[uint32][2]uint16{1: {loadByte, indirectByte}, 2: {loadHalf, indirectHalf}, 4: {loadWord, indirectWord}}

// value puts a number into A.
func (s *assembler) value(v *value, d int) {
	if s.err != nil {
		return
	}
	if v.plain() && s.a != nil && *s.a == *v {
		return
	}
	switch v.op {
	case "number":
		s.emit(Instruction{Code: loadImm, K: v.n})
	case "len":
		s.emit(Instruction{Code: loadLen})
	case "cell":
		s.emit(Instruction{Code: loadMem, K: uint32(v.cell - 1)})
	case "load":
		s.load(v, d)
	default:
		code := operations[v.op]
		if v.b.op == "number" {
			s.value(v.a, d)
			s.emit(Instruction{Code: code, K: v.b.n})
			s.a = nil
			return
		}
		s.shifts = s.shifts || code == lshOp || code == rshOp
		s.pair(v.a, v.b, d)
		s.emit(Instruction{Code: code | fromX})
		return
	}
	s.a = nil
	if v.plain() {
		s.a = v
	}
}

// plain reports whether a value is a load that needs no other value.
func (v *value) plain() bool { return v.op == "load" && v.a == nil }

func (s *assembler) load(v *value, d int) {
	codes := sizes[v.size]
	switch {
	case v.cell > 0:
		s.moved(v, d)
		s.emit(Instruction{Code: codes[1], K: v.at})
	case v.a != nil:
		s.value(v.a, d)
		if v.ip > 0 {
			s.length(v.ip - 1)
			s.emit(Instruction{Code: addOp | fromX})
		}
		s.emit(Instruction{Code: moveToX})
		s.x = nil
		s.emit(Instruction{Code: codes[1], K: v.at})
	case v.ip > 0:
		s.length(v.ip - 1)
		s.emit(Instruction{Code: codes[1], K: v.at})
	default:
		s.emit(Instruction{Code: codes[0], K: v.at})
	}
}

// moved puts into X what is added to the offset of a load that is relative to a cell.
func (s *assembler) moved(v *value, d int) {
	if v.a == nil && v.ip == 0 {
		s.fromCell(v.cell)
		return
	}
	if d >= memory && s.err == nil {
		s.err = errTooDeep
	}
	if v.a != nil {
		s.value(v.a, d)
		if v.ip > 0 {
			s.emit(Instruction{Code: store, K: uint32(d)})
		}
	}
	s.fromCell(v.cell)
	if v.ip > 0 {
		s.emit(Instruction{Code: indirectByte, K: v.ip - 1})
		s.emit(Instruction{Code: andOp, K: 15})
		s.emit(Instruction{Code: lshOp, K: 2})
	}
	s.emit(Instruction{Code: addOp | fromX})
	if v.a != nil && v.ip > 0 {
		s.emit(Instruction{Code: loadMemX, K: uint32(d)})
		s.emit(Instruction{Code: addOp | fromX})
	}
	s.emit(Instruction{Code: moveToX})
	s.a, s.x = nil, nil
}

// fromCell puts what a cell holds into X.
func (s *assembler) fromCell(cell uint8) {
	if holds := (value{op: "cell", place: place{cell: cell}}); s.x == nil || *s.x != holds {
		s.emit(Instruction{Code: loadMemX, K: uint32(cell - 1)})
		s.x = &holds
	}
}

// length puts the length of an IPv4 header into X.
func (s *assembler) length(at uint32) {
	if holds := (value{op: "length", place: place{at: at}}); s.x == nil || *s.x != holds {
		s.emit(Instruction{Code: headerLength, K: at})
		s.x = &holds
	}
}

// resolve turns labels into distances. A conditional jump reaches 255 instructions; one that is farther away is made by an
// unconditional one after it.
func (s *assembler) resolve() error {
	far := make([]bool, len(s.steps))
	where := make([]int, len(s.steps)+1)
	for changed := true; changed; {
		changed = false
		for i := range s.steps {
			where[i+1] = where[i] + 1
			if far[i] {
				where[i+1] += 2
			}
		}
		for i, st := range s.steps {
			if st.t != nil && st.Code != jump && !far[i] && max(where[st.t.at], where[st.f.at])-where[i]-1 > 255 {
				far[i], changed = true, true
			}
		}
	}
	for i, st := range s.steps {
		in := st.Instruction
		switch {
		case st.t == nil:
		case st.Code == jump:
			in.K = uint32(where[st.t.at] - where[i] - 1)
		case far[i]:
			in.Jf = 1
			s.code = append(s.code, in, Instruction{Code: jump, K: uint32(where[st.t.at] - where[i] - 2)})
			in = Instruction{Code: jump, K: uint32(where[st.f.at] - where[i] - 3)}
		default:
			in.Jt, in.Jf = uint8(where[st.t.at]-where[i]-1), uint8(where[st.f.at]-where[i]-1)
		}
		s.code = append(s.code, in)
	}
	return nil
}

// Kernel returns the program with which the kernel returns length bytes of each frame that may pass, without the VLAN tag that
// it has taken out: it accepts all tagged frames. ok is false if the kernel cannot run it.
func (p *Program) Kernel(length uint32) (code []Instruction, ok bool) {
	const (
		tagPresent = 0xfffff000 + 48 // SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT
		most       = 1 << 20
	)
	if len(p.chains) > 0 || p.shifts || p.moves || len(p.code)+3 > maxKernel {
		return nil, false
	}
	for _, in := range p.code {
		if in.Code&7 <= 1 && in.K > most && in.Code != loadImm {
			return nil, false // such offsets are others to the kernel
		}
	}
	code = append(code, Instruction{Code: loadByte, K: tagPresent}, Instruction{Code: jumpEQ, Jt: 1}, Instruction{Code: result, K: length})
	for _, in := range p.code {
		if in.Code == result && in.K != 0 {
			in.K = length
		}
		code = append(code, in)
	}
	return code, true
}

// mnemonics are the names of instructions, as tcpdump -d has them.
var mnemonics = map[uint16]string{
	loadWord: "ld [%d]", loadHalf: "ldh [%d]", loadByte: "ldb [%d]", indirectWord: "ld [x + %d]", indirectHalf: "ldh [x + %d]", indirectByte: "ldb [x + %d]",
	loadLen: "ld #pktlen", loadImm: "ld #%#x", loadMem: "ld M[%d]", loadMemX: "ldx M[%d]", store: "st M[%d]", headerLength: "ldxb 4*([%d]&0xf)", moveToX: "tax",
	addOp: "add #%d", subOp: "sub #%d", mulOp: "mul #%d", divOp: "div #%d", orOp: "or #%#x", andOp: "and #%#x", lshOp: "lsh #%d", rshOp: "rsh #%d", modOp: "mod #%d", xorOp: "xor #%#x",
	jumpEQ: "jeq #%#x", jumpGT: "jgt #%#x", jumpGE: "jge #%#x", jumpSet: "jset #%#x", result: "ret #%d", chainOp: "chain %d",
}

// String returns the program as tcpdump -d shows one, a line for each instruction.
func (p *Program) String() string {
	var b strings.Builder
	for i, in := range p.code {
		text := mnemonics[in.Code]
		switch class := in.Code & 7; {
		case in.Code == jump:
			fmt.Fprintf(&b, "(%03d) ja %d\n", i, i+1+int(in.K))
			continue
		case (class == addOp&7 || class == jumpEQ&7) && in.Code&fromX != 0 && in.Code < chainOp:
			text, _, _ = strings.Cut(mnemonics[in.Code&^fromX], " ")
			text += " x"
		case strings.Contains(text, "%"):
			text = fmt.Sprintf(text, in.K)
		}
		if in.Code&7 == jumpEQ&7 {
			text = fmt.Sprintf("%-16s jt %d\tjf %d", text, i+1+int(in.Jt), i+1+int(in.Jf))
		}
		fmt.Fprintf(&b, "(%03d) %s\n", i, text)
	}
	return b.String()
}
