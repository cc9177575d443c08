package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/t2"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// What users of T2 type is accepted as it is, or refused with what is here in its place.

// toolOf names the tool of T2's whose options a command may receive.
var toolOf = map[string]string{"t2host": "t2", "new-plugin": "t2plugin", "build": "t2build", "conf": "t2conf"}

// flagError returns the refusal of a flag, with the equivalent of an option of T2's.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		option := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			option = "-" + unknown.GetSpecifiedName()
		}
		if here := t2.Here(toolOf[cmd.Name()], option); here != "" {
			return usagef("%s", t2.Answer(option, here))
		}
	}
	return usagef("%v (try t2host -h)", err)
}

// preferT2 makes the values T2's that no --set names.
func preferT2(values *settings.Values) {
	for _, v := range t2.Values {
		values.Prefer("--t2", v.Group, v.Key, v.Value)
	}
}

// checkPriority refuses T2's -P PRIO: here -P names a folder of plugins.
func checkPriority(folders []string) error {
	for _, f := range folders {
		if _, err := strconv.Atoi(f); err != nil {
			continue
		}
		if _, err := os.Stat(f); err != nil {
			return usagef("-P %s: no such folder: %s", f, t2.Answer("a priority", t2.Here("t2", "-P")))
		}
	}
	return nil
}

// ours returns the setting that a word of conf's -D or -G names: of a constant of T2's the one
// here, which the user is told. It returns an error if a constant is not a single setting.
func (c *conf) ours(flag, key string) (string, error) {
	constant := t2.ConstantNamed(key)
	if constant == nil {
		return key, nil
	}
	name := strings.ToUpper(key)
	if constant.Setting == "" {
		return "", usagef("conf %s %s: %s", flag, key, t2.Answer(name, constant.Here))
	}
	fmt.Fprintf(c.stderr, "t2host: %s is %s here\n", name, constant.Setting)
	return constant.Setting, nil
}

// switched returns the value of a setting for which T2's users write text.
func switched(s *sdk.Setting, text string) string {
	if value, ok := t2.Switch(text); ok && s.Kind == setting.Bool {
		return value
	}
	return text
}
