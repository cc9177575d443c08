package settings

import (
	"strings"

	"github.com/t2host/t2host/host/printable"
)

// Template returns a settings file with every setting; defaults are comments.
func Template(list []Listed) ([]byte, error) {
	var b strings.Builder
	b.WriteString(`# Settings of t2host. The environment (T2HOST_GROUP__KEY=VALUE) comes before this file, and
# --set GROUP.KEY=VALUE before both. A line such as "# key = value" shows a default:
# remove the # to set it. t2host conf --check checks all settings.
`)
	group := ""
	for _, l := range list {
		if l.Group != group {
			group = l.Group
			b.WriteString("\n[" + strings.ToLower(group) + "]\n")
		}
		literal, err := Literal(l.Group, &l.Setting, l.Text)
		if err != nil {
			return nil, err
		}
		b.WriteString("\n# " + printable.Line(l.Doc) + "\n")
		if l.Group != "" {
			b.WriteString("# Accepts: " + printable.Line(l.Takes()) + "\n")
		}
		if l.Source == Default {
			b.WriteString("# ")
		}
		b.WriteString(l.Name + " = " + literal + "\n")
	}
	return []byte(b.String()), nil
}
