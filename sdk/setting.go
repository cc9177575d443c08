package sdk

import (
	"strconv"

	"github.com/t2host/t2host/sdk/setting"
)

// Setting is a declared setting. Make one with [Uint32Setting], [BoolSetting], [TextSetting],
// [ChoiceSetting] or [TargetSetting]. name holds lower-case letters, digits and _, doc is one
// sentence. The default is the value of *p at the call, see Spec.Defaults.
type Setting = setting.Setting

// Uint32Setting declares a number from low to high that is kept in *p. unit may be empty.
func Uint32Setting(name string, p *uint32, unit string, low, high uint32, doc string) Setting {
	return Setting{
		Name: name, Kind: setting.Uint, Unit: unit, Min: uint64(low), Max: uint64(high),
		Default: strconv.FormatUint(uint64(*p), 10), Doc: doc,
		Store: func(text string) { u, _ := strconv.ParseUint(text, 10, 32); *p = uint32(u) },
	}
}

// BoolSetting declares a switch, true or false, that is kept in *p.
func BoolSetting(name string, p *bool, doc string) Setting {
	return Setting{
		Name: name, Kind: setting.Bool, Default: strconv.FormatBool(*p), Doc: doc,
		Store: func(text string) { *p = text == "true" },
	}
}

// TextSetting declares a text without control characters that is kept in *p.
func TextSetting(name string, p *string, doc string) Setting {
	return Setting{Name: name, Kind: setting.Text, Default: *p, Doc: doc, Store: func(text string) { *p = text }}
}

// ChoiceSetting declares one of a few words that is kept in *p. A word is printable, without
// spaces and commas.
func ChoiceSetting(name string, p *string, doc string, choices ...string) Setting {
	return Setting{
		Name: name, Kind: setting.Choice, Choices: choices, Default: *p, Doc: doc,
		Store: func(text string) { *p = text },
	}
}

// TargetSetting declares where an outlet leads, which is kept in *p. [StreamSettings] has one.
func TargetSetting(name string, p *string, doc string) Setting {
	s := TextSetting(name, p, doc)
	s.Kind = setting.Target
	return s
}
