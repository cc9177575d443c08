// Package setting holds declared settings: what texts they accept, and where their values go.
// An author declares them with sdk.Uint32Setting and its like.
//
// A guest links it, so it imports neither fmt nor reflect nor encoding.
package setting

import (
	"errors"
	"strconv"
	"strings"
)

// Kind is what texts a setting accepts.
type Kind uint8

// The kinds of settings.
const (
	Uint   Kind = iota + 1 // a decimal number from Min to Max
	Bool                   // true or false
	Text                   // any text without control characters
	Choice                 // one of Choices
	Target                 // where an outlet leads: tcp://HOST:PORT and so on; the host checks it
)

var kindNames = [...]string{
	Uint: "number", Bool: "true or false", Text: "text", Choice: "choice", Target: "target",
}

// String returns the kind as the user reads it.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "invalid"
	}
	return kindNames[k]
}

// Setting is a declared setting.
type Setting struct {
	Name     string // lower-case letters, digits and _, a letter first, at most 64 bytes
	Kind     Kind
	Unit     string   // letters, digits, spaces and , . / % - ( ) * ^, at most 32 bytes
	Min, Max uint64   // of Uint, both inclusive
	Choices  []string // of Choice: printable, without spaces and commas, at most 64 bytes each
	Default  string   // as text
	Doc      string   // one sentence, on one line

	// Store keeps a text that Check accepts. It is nil in a declaration.
	Store func(text string)
}

// Check returns an error if text is not a value of the setting: what the setting accepts, as the
// rest of a sentence that its name begins.
func (s *Setting) Check(text string) error {
	switch s.Kind {
	case Uint:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil || u < s.Min || u > s.Max {
			return errors.New("must be a whole number from " + strconv.FormatUint(s.Min, 10) + " to " + strconv.FormatUint(s.Max, 10) + ", not " + strconv.Quote(text))
		}
	case Bool:
		if text != "true" && text != "false" {
			return errors.New("must be true or false, not " + strconv.Quote(text))
		}
	case Choice:
		for _, c := range s.Choices {
			if text == c {
				return nil
			}
		}
		return errors.New("must be " + strings.Join(s.Choices, " or ") + ", not " + strconv.Quote(text))
	default:
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return errors.New("must be a text without control characters, not " + strconv.Quote(text))
		}
	}
	return nil
}

// Takes returns the setting's values in words, with the unit: "1 to 3600 s".
func (s *Setting) Takes() string {
	if s.Kind == Uint {
		return strings.TrimSpace(s.Range() + " " + s.Unit)
	}
	return s.Range()
}

// Range returns the setting's values in words, without the unit.
func (s *Setting) Range() string {
	switch s.Kind {
	case Uint:
		return strconv.FormatUint(s.Min, 10) + " to " + strconv.FormatUint(s.Max, 10)
	case Choice:
		return strings.Join(s.Choices, ", ")
	}
	return s.Kind.String()
}

// Value is a setting's name and its value as text.
type Value struct{ Name, Text string }

// Apply checks values and stores them. It stops at the first that no setting accepts.
func Apply(settings []Setting, values []Value) error {
	for _, v := range values {
		s := Find(settings, v.Name)
		if s == nil {
			return errors.New("setting " + v.Name + " is not declared")
		}
		if err := s.Check(v.Text); err != nil {
			return errors.New("setting " + v.Name + " " + err.Error())
		}
		if s.Store != nil {
			s.Store(v.Text)
		}
	}
	return nil
}

// Find returns the setting with that name, or nil if there is none.
func Find(settings []Setting, name string) *Setting {
	for i := range settings {
		if settings[i].Name == name {
			return &settings[i]
		}
	}
	return nil
}

// maxSuffix bounds what follows the output prefix in the name of a file, in bytes: systems allow
// 255 in all.
const maxSuffix = 128

// CheckSuffix returns an error if text cannot follow the output prefix in the name of a file,
// because it could lead to another folder or is too long.
func CheckSuffix(text string) error {
	if len(text) > maxSuffix {
		return errors.New("must be the end of a file name, at most " + strconv.Itoa(maxSuffix) + " bytes, not " + strconv.Itoa(len(text)))
	}
	if strings.ContainsAny(text, "/\\\x00") || strings.Contains(text, "..") {
		return errors.New("must be the end of a file name, without / and \\ and .., not " + strconv.Quote(text))
	}
	return nil
}
