package capture

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Series is files whose names differ in a number, which are written one after the other: those of tcpdump -C.
type Series struct {
	before, after string // the number, in each name
	first         string // the number of the first file as it is written; it may be empty
	width         int    // digits of a number with zeros before it; 0: without
	stop          uint64 // number of the last file; 0: there is none
}

// ParseSeries parses T2's EXPR[:SCHR][,STOP]: EXPR is the name of the first file, whose number is after the last character SCHR, by
// default p as in out.pcap0, and STOP the number of the last one. A first name without a number is followed by that with 1.
func ParseSeries(text string) (*Series, error) {
	s := &Series{}
	name, separator := text, "p"
	if i := strings.LastIndexByte(name, ','); i >= 0 {
		n, err := strconv.ParseUint(name[i+1:], 10, 32)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("%q: %q is not the number of a last file", text, name[i+1:])
		}
		s.stop, name = n, name[:i]
	}
	if i := len(name) - 2; i > 0 && name[i] == ':' {
		name, separator = name[:i], name[i+1:]
	}
	at := strings.LastIndex(name, separator)
	if at < strings.LastIndexByte(name, '/') {
		return nil, fmt.Errorf("%q: no %q in the name, after which the number is: name another character, as in out_1.pcap:_", text, separator)
	}
	at += len(separator)
	end := at
	for end < len(name) && '0' <= name[end] && name[end] <= '9' {
		end++
	}
	if s.before, s.first, s.after = name[:at], name[at:end], name[end:]; s.first == "" && s.after != "" {
		return nil, fmt.Errorf("%q: no number after the last %q", text, separator)
	}
	if len(s.first) > 1 && s.first[0] == '0' {
		s.width = len(s.first)
	}
	if n, err := strconv.ParseUint(s.first, 10, 32); s.first != "" && (err != nil || s.stop > 0 && s.stop < n) {
		return nil, fmt.Errorf("%q: the number %s is too large", text, s.first)
	}
	return s, nil
}

// First returns the path of the first file.
func (s *Series) First() string { return s.before + s.first + s.after }

// Later returns what the names of the other files begin and end with, and the number of the second.
func (s *Series) Later() (before, after string, first int) {
	return s.before, s.after, int(s.number(1))
}

// number returns the number of file i, from 0.
func (s *Series) number(i int) uint64 {
	n, _ := strconv.ParseUint(s.first, 10, 32) // ParseSeries has checked it
	return n + uint64(i)
}

// path returns the path of file i, from 0; there is none after the last one.
func (s *Series) path(i int) (path string, ok bool) {
	switch n := s.number(i); {
	case s.stop > 0 && n > s.stop:
		return "", false
	case i == 0:
		return s.First(), true
	default:
		return fmt.Sprintf("%s%0*d%s", s.before, s.width, n, s.after), true
	}
}

// leastHeader is the size of a file whose header is there: that of pcap.
const leastHeader = 24

// begun reports whether file i is there and has its header, so that the one before is complete.
func (s *Series) begun(i int) bool {
	path, ok := s.path(i)
	if !ok {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Size() >= leastHeader
}
