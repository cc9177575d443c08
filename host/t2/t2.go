// Package t2 maps the words of T2 that users know, its programs, options and constants, to
// what is here in their place.
package t2

import (
	"regexp"
	"slices"
	"strings"
)

// link matches a link in markdown.
var link = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// Answer returns the answer to a word of T2's: what is here in its place, which is markdown.
func Answer(word, here string) string {
	return word + " is T2's; here: " + strings.NewReplacer("`", "", `\|`, "|").Replace(link.ReplaceAllString(here, "$1"))
}

// Command returns the answer to a command line that begins with one of T2's tools, empty if it
// does not.
func Command(args []string) string {
	if len(args) == 0 {
		return ""
	}
	i := slices.IndexFunc(Tools, func(t Tool) bool { return slices.Contains(t.Names, args[0]) })
	switch {
	case i < 0:
		return ""
	case Tools[i].Command == "":
		return Answer(args[0], Tools[i].Here)
	}
	return Answer(args[0], strings.Join(append([]string{Tools[i].Command}, args[1:]...), " "))
}

// Here returns what is here in the place of an option of T2's, empty if T2 has no such option
// or it is accepted.
func Here(tool, option string) string {
	for _, o := range Options {
		if o.Tool == tool && !o.Accepted && slices.Contains(o.Spellings(), option) {
			return o.Here
		}
	}
	return ""
}

// Spellings returns the row's options without their arguments.
func (o *Option) Spellings() []string {
	list := slices.Clone(o.Long)
	for _, w := range o.Words {
		name, _, _ := strings.Cut(w, " ")
		list = append(list, name)
	}
	return list
}
