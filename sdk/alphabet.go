package sdk

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/t2host/t2host/sdk/value"
)

// Bounds of the words of a declaration, in bytes.
const (
	maxWord  = 64 // of a name, a version and a choice
	maxUnit  = 32
	maxRange = 256 // of the versions of a requirement
	maxNeed  = 512
	maxNeeds = 16 // of a plugin; a number, not bytes
)

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return isLower(c) || c >= 'A' && c <= 'Z' }

// only reports whether s holds 1 to max bytes, and none but those of ok.
func only(s string, max int, ok func(c byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= max
}

// checkKey refuses what cannot be the name of a setting or an outlet.
func checkKey(what, name string) error {
	if !only(name, maxWord, func(c byte) bool { return isLower(c) || isDigit(c) || c == '_' }) || !isLower(name[0]) {
		return refuse(what, name, "begins with a lower-case letter and holds lower-case letters, digits and _ only, at most 64")
	}
	return nil
}

// checkName refuses what cannot be the name of a column, a table or a field of one.
func checkName(what, name string) error {
	if !only(name, maxWord, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }) {
		return refuse(what, name, "holds letters, digits and _ only, at most 64")
	}
	return nil
}

// checkOwned refuses what cannot be the name of a plugin's column or table: plugin.name.
func checkOwned(what, name string) error {
	owner, rest := value.Owner(name)
	if !ValidName(owner) || checkName(what, rest) != nil {
		return refuse(what, name, "is PLUGIN.NAME, each of letters, digits and _, at most 64")
	}
	return nil
}

func refuse(what, name, rule string) error {
	if name == "" {
		return errors.New(what + " without a name")
	}
	const shown = 2 * maxWord
	if len(name) > shown {
		name = name[:shown] + "…"
	}
	return errors.New(what + " " + strconv.Quote(name) + ": a name " + rule)
}

// checkDoc refuses a text that is not one line.
func checkDoc(what, doc string) error {
	if strings.ContainsAny(doc, "\n\r") || !utf8.ValidString(doc) {
		return errors.New(what + "doc " + strconv.Quote(doc) + " is not one line of UTF-8: write one sentence")
	}
	return nil
}

// checkWords refuses what cannot be the words of a setting: its unit, its choices, its default and its doc.
func checkWords(s *Setting) error {
	const signs = " ,./%-()*^"
	if s.Unit != "" && !only(s.Unit, maxUnit, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(signs, c) >= 0 }) {
		return errors.New("setting " + s.Name + ": unit " + strconv.Quote(s.Unit) + " must hold letters, digits, spaces and , . / % - ( ) * ^ only, at most 32")
	}
	for _, c := range s.Choices {
		if c == "" || len(c) > maxWord || !utf8.ValidString(c) || strings.ContainsFunc(c, func(r rune) bool { return !strconv.IsPrint(r) || r == ' ' || r == ',' }) {
			return errors.New("setting " + s.Name + ": choice " + strconv.Quote(c) + " must be printable, without spaces and commas, of 1 to 64 bytes")
		}
	}
	if !utf8.ValidString(s.Default) {
		return errors.New("setting " + s.Name + ": default " + strconv.Quote(s.Default) + " is not UTF-8")
	}
	return checkDoc("setting "+s.Name+": ", s.Doc)
}

// checkRequires refuses what cannot be the names and versions of requirements.
func (p *Plugin) checkRequires() error {
	for _, r := range p.Requires {
		if !ValidName(r.Name) {
			return refuse("requirement", r.Name, "begins with a lower-case letter and holds letters, digits and _ only, at most 64")
		}
		if r.Versions != "" && !only(r.Versions, maxRange, func(c byte) bool { return c >= ' ' && c < 0x7f }) {
			return errors.New("requirement " + r.Name + ": versions " + strconv.Quote(r.Versions) + " must be printable ASCII, at most 256")
		}
	}
	return nil
}

// checkNeeds refuses what cannot be a need; the host reads it.
func (p *Plugin) checkNeeds() error {
	if len(p.Needs) > maxNeeds {
		return errors.New(strconv.Itoa(len(p.Needs)) + " needs are declared: at most " + strconv.Itoa(maxNeeds) + " are possible")
	}
	for _, need := range p.Needs {
		kind, what, named := strings.Cut(need, ":")
		switch known := kind == "children" && !named || (kind == "net" || kind == "read") && (what != "" || !named); {
		case !known:
			return errors.New("need " + strconv.Quote(need[:min(len(need), 2*maxWord)]) + " is none of children, net, net:HOST:PORT, read and read:/PATH")
		case !only(need, maxNeed, func(c byte) bool { return c > ' ' && c < 0x7f && c != ',' }):
			return errors.New("need " + strconv.Quote(need[:min(len(need), 2*maxWord)]) + " must be printable ASCII without spaces and commas, at most " + strconv.Itoa(maxNeed))
		}
	}
	return nil
}

// validVersion reports whether a version has the letters of one; the host reads it.
func validVersion(version string) bool {
	return version == "" || only(version, maxWord, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(".+-", c) >= 0 })
}
