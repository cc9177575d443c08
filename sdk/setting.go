package sdk

import (
	"errors"
	"strconv"
	"strings"
)

// SettingKind says what texts a setting takes.
type SettingKind uint8

// The kinds of setting.
const (
	UintSetting   SettingKind = iota + 1 // a decimal number within Min and Max
	BoolSetting                          // true or false
	TextSetting                          // any text without control characters
	ChoiceSetting                        // one of Choices
	TargetSetting                        // where an outlet leads: tcp://HOST:PORT and so on; the host checks it
)

var kindNames = [...]string{
	UintSetting: "number", BoolSetting: "true or false", TextSetting: "text", ChoiceSetting: "choice", TargetSetting: "target",
}

func (k SettingKind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "invalid"
	}
	return kindNames[k]
}

// Setting is one declared setting: what conf, the README and the checks of the
// host know of it.
type Setting struct {
	Name     string // lower_snake_case, at most 64 bytes
	Kind     SettingKind
	Unit     string   // letters, digits, spaces and , . / % - ( ) * ^, at most 32 bytes
	Min, Max uint64   // of a UintSetting, both inclusive
	Choices  []string // printable, without spaces and commas
	Default  string   // as text
	Doc      string   // one sentence, on one line

	store func(text string)
}

// Uint32 declares a number held in *p; what stands in *p is the default.
func Uint32(name string, p *uint32, unit string, low, high uint32, doc string) Setting {
	return Setting{
		Name: name, Kind: UintSetting, Unit: unit, Min: uint64(low), Max: uint64(high),
		Default: strconv.FormatUint(uint64(*p), 10), Doc: doc,
		store: func(text string) { u, _ := strconv.ParseUint(text, 10, 32); *p = uint32(u) },
	}
}

// Bool declares a switch held in *p.
func Bool(name string, p *bool, doc string) Setting {
	return Setting{
		Name: name, Kind: BoolSetting, Default: strconv.FormatBool(*p), Doc: doc,
		store: func(text string) { *p = text == "true" },
	}
}

// Text declares a text held in *p.
func Text(name string, p *string, doc string) Setting {
	return Setting{Name: name, Kind: TextSetting, Default: *p, Doc: doc, store: func(text string) { *p = text }}
}

// Choice declares one of a few words, held in *p.
func Choice(name string, p *string, doc string, choices ...string) Setting {
	return Setting{
		Name: name, Kind: ChoiceSetting, Choices: choices, Default: *p, Doc: doc,
		store: func(text string) { *p = text },
	}
}

// Target declares where an outlet leads, held in *p.
func Target(name string, p *string, doc string) Setting {
	s := Text(name, p, doc)
	s.Kind = TargetSetting
	return s
}

// Check gives the reason why text is no value of the setting, nil if it is one.
func (s *Setting) Check(text string) error {
	switch s.Kind {
	case UintSetting:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil || u < s.Min || u > s.Max {
			return errors.New("must be a whole number from " + strconv.FormatUint(s.Min, 10) + " to " + strconv.FormatUint(s.Max, 10) + ", not " + strconv.Quote(text))
		}
	case BoolSetting:
		if text != "true" && text != "false" {
			return errors.New("must be true or false, not " + strconv.Quote(text))
		}
	case ChoiceSetting:
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

// Takes says in words what values the setting has, with the unit.
func (s *Setting) Takes() string {
	if s.Kind == UintSetting {
		return strings.TrimSpace(s.Range() + " " + s.Unit)
	}
	return s.Range()
}

// Range says in words what values the setting has.
func (s *Setting) Range() string {
	switch s.Kind {
	case UintSetting:
		return strconv.FormatUint(s.Min, 10) + " to " + strconv.FormatUint(s.Max, 10)
	case ChoiceSetting:
		return strings.Join(s.Choices, ", ")
	}
	return s.Kind.String()
}

// Value is a setting's name and its value as text.
type Value struct{ Name, Text string }

// Apply checks values and stores them where the settings are held.
func Apply(settings []Setting, values []Value) error {
	for _, v := range values {
		s := Find(settings, v.Name)
		if s == nil {
			return errors.New("setting " + v.Name + " is not declared")
		}
		if err := s.Check(v.Text); err != nil {
			return errors.New("setting " + v.Name + " " + err.Error())
		}
		if s.store != nil {
			s.store(v.Text)
		}
	}
	return nil
}

// Find is the setting of that name, nil if there is none.
func Find(settings []Setting, name string) *Setting {
	for i := range settings {
		if settings[i].Name == name {
			return &settings[i]
		}
	}
	return nil
}
