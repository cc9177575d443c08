package filter

import (
	"maps"
	"slices"
	"strings"
)

// named parses what comes after a word about 802.11's frames or pf's: a number, or the name of one.
func (p *parser) named(s *special) (err error) {
	var n uint32
	switch s.word {
	case "type":
		if n, err = p.oneOf(frameTypes, frameType, "type of a frame"); err == nil && p.is("subtype") {
			p.i++
			var subtype uint32
			subtype, err = p.oneOf(frameSubtypes[n], frameSubtype, "subtype of this type")
			s.word, n = "subtype", n|subtype
		}
	case "subtype": // whose name tells the type
		all := map[string]uint32{}
		for kind, names := range frameSubtypes {
			for name, subtype := range names {
				all[name] = kind | subtype
			}
		}
		n, err = p.oneOf(all, 0, "subtype of a frame")
	case "dir":
		n, err = p.oneOf(frameWays, 1<<32-1, "way of a frame")
	case "reason":
		n, err = p.oneOf(pfReasons, 1<<32-1, "reason of pf")
	case "action":
		n, err = p.oneOf(pfActions, 0, "action of pf")
	case "rulenum", "subrulenum":
		n, err = p.oneOf(nil, 1<<32-1, "number of a rule")
	default:
		s.arg = p.now().text
		if p.now().kind != name || len(s.arg) > longestName {
			return fail(p.now().at, "unexpected %s, want a name of at most %d characters", p.shown(), longestName)
		}
		p.i++
	}
	s.number = &n
	return err
}

// oneOf parses a name, or a number that has no bits but those of mask; a mask of 0 is for names alone.
func (p *parser) oneOf(names map[string]uint32, mask uint32, what string) (uint32, error) {
	t := p.now()
	n, ok := names[t.text]
	switch {
	case t.kind == number && mask != 0:
		n, ok = t.number, t.number&^mask == 0
	case t.kind != name:
		ok = false
	}
	if !ok {
		return 0, fail(t.at, "unexpected %s, want the %s%s", p.shown(), what, listed(names))
	}
	p.i++
	return n, nil
}

// listed returns names for a message; none if they are many.
func listed(names map[string]uint32) string {
	const many = 16
	if len(names) == 0 || len(names) > many {
		return ""
	}
	return ": " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
