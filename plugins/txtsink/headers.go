package txtsink

import (
	"strconv"
	"time"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// headers returns the headers file (docs/reference/records.md#the-headers-file), without
// T2's lines on which no flow file depends: the machine, its process and its command line.
func headers(o *sdk.Opening) []byte {
	started := time.Unix(0, o.Started).UTC()
	b := sdk.AppendSeconds([]byte("# Date: "), o.Started)
	b = started.AppendFormat(b, " sec (Mon 02 Jan 2006 15:04:05 UTC)\n")
	b = append(appendWord(append(b, "# "...), o.Host), "\n#\n# Plugins loaded:\n"...)
	for i, l := range o.Loaded {
		b = append(b, "#   "...)
		if i < 9 {
			b = append(b, '0')
		}
		b = append(strconv.AppendInt(b, int64(i+1), 10), ": "...)
		b = appendWord(append(appendWord(b, l.Name), ", version "...), l.Version)
		b = append(b, '\n')
	}
	b = append(b, "#\n# Col No.\tType\tName\tDescription\n"...)
	for i, c := range o.Columns {
		name, code := c.Name, c.Type.Code()
		if _, short := value.Owner(name); short != "" {
			name = short
		} else if name == "dir" {
			code = "C" // T2's type of one letter
		}
		b = append(strconv.AppendInt(b, int64(i+1), 10), '\t')
		b = append(append(b, code...), '\t')
		b = append(appendWord(b, name), '\t')
		b = append(appendWord(b, c.Doc), '\n')
	}
	return b
}

// appendWord appends a text of another plugin's declaration, so that it breaks no line.
func appendWord(b []byte, s string) []byte { return value.Text.AppendText(b, []byte(s)) }
