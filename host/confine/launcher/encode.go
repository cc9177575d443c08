package launcher

// MaxJob bounds an encoded job in bytes.
const MaxJob = 64 << 10

// Append appends the job's encoding: words of 32 bits, little-endian, then the name.
func (j *Job) Append(b []byte) []byte {
	for _, w := range []uint32{j.Program, flag(j.Script), flag(j.Listen), j.Close, j.Ruleset, uint32(len(j.Filter)), uint32(len(j.Limits))} {
		b = appendWord(b, w)
	}
	for _, i := range j.Filter {
		b = appendWord(appendWord(b, uint32(i.Op)|uint32(i.JT)<<16|uint32(i.JF)<<24), i.K)
	}
	for _, l := range j.Limits {
		b = appendWord(appendWord(appendWord(b, l.Resource), uint32(l.Max)), uint32(l.Max>>32))
	}
	return append(b, j.Name...)
}

// read returns the job that b encodes, and whether it is one.
func read(b []byte) (j Job, ok bool) {
	r := reader{b: b}
	j.Program, j.Script, j.Listen, j.Close, j.Ruleset = r.word(), r.word() == 1, r.word() == 1, r.word(), r.word()
	filter, limits := int(r.word()), int(r.word())
	if r.short || filter > len(r.b)/8 || limits > len(r.b)/12 {
		return j, false
	}
	for range filter {
		op, k := r.word(), r.word()
		j.Filter = append(j.Filter, Instruction{uint16(op), uint8(op >> 16), uint8(op >> 24), k})
	}
	for range limits {
		j.Limits = append(j.Limits, Limit{r.word(), uint64(r.word()) | uint64(r.word())<<32})
	}
	j.Name = string(r.b)
	return j, !r.short
}

func flag(on bool) uint32 {
	if on {
		return 1
	}
	return 0
}

// Append appends the failure's encoding.
func (f Failure) Append(b []byte) []byte {
	return appendWord(appendWord(b, uint32(f.Step)), f.Errno)
}

// ReadFailure returns the failure that b encodes, and whether it is one.
func ReadFailure(b []byte) (Failure, bool) {
	r := reader{b: b}
	f := Failure{Step(r.word()), r.word()}
	return f, !r.short && len(r.b) == 0 && f.Step >= ReadJob && f.Step <= Execute
}

func appendWord(b []byte, w uint32) []byte {
	return append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24))
}

type reader struct {
	b     []byte
	short bool // a word was missing
}

func (r *reader) word() uint32 {
	if len(r.b) < 4 {
		r.short = true
		return 0
	}
	w := uint32(r.b[0]) | uint32(r.b[1])<<8 | uint32(r.b[2])<<16 | uint32(r.b[3])<<24
	r.b = r.b[4:]
	return w
}
