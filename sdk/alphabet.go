package sdk

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// Bounds of the words of a declaration, in bytes.
const (
	maxWord  = 64 // of a name, a version and a choice
	maxUnit  = 32
	maxRange = 256  // of the versions of a requirement
	maxText  = 1024 // of a doc and of a setting's default
	maxNeed  = 512
)

// Bounds of a declaration's lists. Each entry costs the host memory, a file or a line, and a
// stranger's declaration may be a megabyte.
const (
	maxSettings = 256 // and as many choices of one
	maxColumns  = 4096
	maxTables   = 64 // exported and imported
	maxOutlets  = 64
	maxMetrics  = 256
	maxRequires = 64
	maxNeeds    = 16
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
	return errors.New(what + " " + quoted(name) + ": a name " + rule)
}

// quoted returns a text for an error, cut.
func quoted(text string) string {
	const shown = 2 * maxWord
	if len(text) > shown {
		return strconv.Quote(text[:shown] + "…")
	}
	return strconv.Quote(text)
}

// checkDoc refuses a text that is not one line, or too long.
func checkDoc(what, doc string) error {
	if len(doc) > maxText {
		return errors.New(what + "doc of " + strconv.Itoa(len(doc)) + " bytes: write one sentence, at most " + strconv.Itoa(maxText))
	}
	if strings.ContainsAny(doc, "\n\r") || !utf8.ValidString(doc) {
		return errors.New(what + "doc " + strconv.Quote(doc) + " is not one line of UTF-8: write one sentence")
	}
	return nil
}

// checkUnit refuses what cannot be a unit; empty is none.
func checkUnit(unit string) error {
	const signs = " ,./%-()*^"
	if unit != "" && !only(unit, maxUnit, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(signs, c) >= 0 }) {
		return errors.New("unit " + quoted(unit) + " must hold letters, digits, spaces and , . / % - ( ) * ^ only, at most 32")
	}
	return nil
}

// checkWords refuses what cannot be the words of a setting: its unit, its choices, its default and its doc.
func checkWords(s *Setting) error {
	switch {
	case s.Kind == setting.Choice && (len(s.Choices) == 0 || len(s.Choices) > maxSettings):
		return errors.New("setting " + s.Name + " has " + strconv.Itoa(len(s.Choices)) + " choices: 1 to " + strconv.Itoa(maxSettings) + " are possible")
	case len(s.Default) > maxText:
		return errors.New("setting " + s.Name + ": default of " + strconv.Itoa(len(s.Default)) + " bytes: at most " + strconv.Itoa(maxText) + " are possible")
	}
	if err := checkUnit(s.Unit); err != nil {
		return errors.New("setting " + s.Name + ": " + err.Error())
	}
	for _, c := range s.Choices {
		if c == "" || len(c) > maxWord || !utf8.ValidString(c) || strings.ContainsFunc(c, func(r rune) bool { return !strconv.IsPrint(r) || r == ' ' || r == ',' }) {
			return errors.New("setting " + s.Name + ": choice " + quoted(c) + " must be printable, without spaces and commas, of 1 to 64 bytes")
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
			return errors.New("requirement " + r.Name + ": versions " + quoted(r.Versions) + " must be printable ASCII, at most 256")
		}
	}
	return nil
}

// checkCounts refuses lists that are too long.
func (p *Plugin) checkCounts() error {
	for _, list := range []struct {
		what    string
		n, most int
	}{
		{"settings", len(p.Settings), maxSettings},
		{"columns", len(p.Columns), maxColumns},
		{"columns of packets", len(p.Packets.Columns), maxColumns},
		{"metrics", len(p.Metrics), maxMetrics},
		{"columns that are read", len(p.Ends.Columns), maxColumns},
		{"tables", len(p.Exports) + len(p.Imports), maxTables},
		{"outlets", len(p.Outlets), maxOutlets},
		{"requirements", len(p.Requires), maxRequires},
		{"needs", len(p.Needs), maxNeeds},
	} {
		if list.n > list.most {
			return errors.New(strconv.Itoa(list.n) + " " + list.what + " are declared: at most " + strconv.Itoa(list.most) + " are possible")
		}
	}
	for _, o := range p.Outlets {
		if n := len(o.Pass) + len(o.Columns); n > maxColumns {
			return errors.New("outlet " + quoted(o.Name) + " has " + strconv.Itoa(n) + " columns: at most " + strconv.Itoa(maxColumns) + " are possible")
		}
	}
	for _, t := range append(p.Exports[:len(p.Exports):len(p.Exports)], p.Imports...) {
		if n := len(t.Key) + len(t.Row); n > maxColumns {
			return errors.New("table " + quoted(t.Name) + " has " + strconv.Itoa(n) + " fields: at most " + strconv.Itoa(maxColumns) + " are possible")
		}
	}
	return nil
}

// checkNeeds refuses what cannot be a need; the host reads it.
func (p *Plugin) checkNeeds() error {
	for _, need := range p.Needs {
		kind, what, named := strings.Cut(need, ":")
		switch known := kind == "children" && !named || (kind == "net" || kind == "read") && (what != "" || !named); {
		case !known:
			return errors.New("need " + quoted(need) + " is none of children, net, net:HOST:PORT, read and read:/PATH")
		case !only(need, maxNeed, func(c byte) bool { return c > ' ' && c < 0x7f && c != ',' }):
			return errors.New("need " + quoted(need) + " must be printable ASCII without spaces and commas, at most " + strconv.Itoa(maxNeed))
		}
	}
	return nil
}

// validVersion reports whether a version has the letters of one; the host reads it.
func validVersion(version string) bool {
	return version == "" || only(version, maxWord, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(".+-", c) >= 0 })
}
