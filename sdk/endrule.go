package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
)

// EndRule is a rule by which t2host itself ends flows: after so many packets of one direction, of those
// that the plugin selects, have a field that compares so. The last of them belongs to the flow; the
// flow and its opposite end at the next frame, before its timeouts, and the next packet of their addresses
// and ports opens another. A plugin's own state cannot end a flow: the host is ahead of it.
type EndRule struct {
	Field field.Packet // one that is a number
	Is    Comparison
	Value Amount
	Count Amount // of packets; 0: the rule is off
}

// MaxEndRules is the largest number of rules of a run.
const MaxEndRules = 8

// Comparison is how a field compares with a value.
type Comparison uint8

// The comparisons.
const (
	Below  Comparison = iota + 1 // less than the value
	Above                        // more than the value
	Equal                        // the value
	AnyBit                       // with a bit of the value
)

// Amount is a number, or the name of the number setting that holds it.
type Amount struct {
	Value   uint64
	Setting string
}

// Holds reports whether a field's value compares as the rule wants.
func (r *EndRule) Holds(v uint64) bool {
	switch r.Is {
	case Below:
		return v < r.Value.Value
	case Above:
		return v > r.Value.Value
	case Equal:
		return v == r.Value.Value
	}
	return v&r.Value.Value != 0
}

func (p *Plugin) checkEndRules() error {
	if len(p.EndRules) > MaxEndRules {
		return errors.New(strconv.Itoa(len(p.EndRules)) + " rules end flows: at most " + strconv.Itoa(MaxEndRules) + " are possible")
	}
	for _, r := range p.EndRules {
		names := r.Field.Names()
		switch {
		case len(names) != 1 || !r.Field.Number():
			return errors.New("a rule ends flows by a field that is not one number")
		case r.Is < Below || r.Is > AnyBit:
			return errors.New("the rule of field " + names[0] + " compares in no known way")
		case p.Packets.Rows == field.NoRows:
			return errors.New("a rule ends flows by packets, but none are selected: set Packets")
		}
		for _, a := range []Amount{r.Value, r.Count} {
			if a.Setting != "" && !p.hasNumber(a.Setting) {
				return errors.New("the rule of field " + names[0] + ": setting " + quoted(a.Setting) + " is not a number setting of the plugin")
			}
		}
	}
	return nil
}

// hasNumber reports whether the plugin has a number setting of that name.
func (p *Plugin) hasNumber(name string) bool {
	for i := range p.Settings {
		if p.Settings[i].Name == name && p.Settings[i].Kind == setting.Uint {
			return true
		}
	}
	return false
}
