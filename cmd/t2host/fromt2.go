package main

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Words of T2's that users type are accepted, or refused with their equivalent here. They are
// in three tables, from which docs/from-t2.md is made.

// link is a link in markdown.
var link = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// isT2s returns the answer to a word of T2's, from a cell of markdown.
func isT2s(word, cell string) string {
	return word + " is T2's; here: " + strings.NewReplacer("`", "", `\|`, "|").Replace(link.ReplaceAllString(cell, "$1"))
}

// t2Command returns the refusal of a command line that begins with one of T2's tools.
func t2Command(args []string) error {
	if len(args) == 0 {
		return nil
	}
	i := slices.IndexFunc(t2Tools, func(t t2Tool) bool { return slices.Contains(t.names, args[0]) })
	switch {
	case i < 0:
		return nil
	case t2Tools[i].command == "":
		return usagef("%s", isT2s(args[0], t2Tools[i].here))
	}
	return usagef("%s", isT2s(args[0], strings.Join(append([]string{t2Tools[i].command}, args[1:]...), " ")))
}

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
		if cell := t2Here(toolOf[cmd.Name()], option); cell != "" {
			return usagef("%s", isT2s(option, cell))
		}
	}
	return usagef("%v (try t2host -h)", err)
}

// t2Here returns the equivalent of an option of T2's, or "" if it is not T2's or is accepted.
func t2Here(tool, option string) string {
	for _, o := range t2Options {
		if o.tool == tool && !o.accepted && slices.Contains(o.spellings(), option) {
			return o.here
		}
	}
	return ""
}

// spellings returns the row's options without their arguments.
func (o *t2Option) spellings() []string {
	list := slices.Clone(o.long)
	for _, w := range o.words {
		name, _, _ := strings.Cut(w, " ")
		list = append(list, name)
	}
	return list
}

// checkPriority refuses T2's -P PRIO: here -P names a folder of plugins.
func checkPriority(folders []string) error {
	for _, f := range folders {
		if _, err := strconv.Atoi(f); err != nil {
			continue
		}
		if _, err := os.Stat(f); err != nil {
			return usagef("-P %s: no such folder: %s", f, isT2s("a priority", t2Here("t2", "-P")))
		}
	}
	return nil
}
