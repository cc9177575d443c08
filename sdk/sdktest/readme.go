package sdktest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

const (
	readmeBegin = "<!-- from the declaration: go test -update writes it anew -->\n"
	readmeEnd   = "<!-- end -->\n"
)

// README checks that the text between the two marks in a plugin's README is its [Declaration].
// With -update, go test writes it.
func README(t *testing.T, p *sdk.Plugin, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), readmeBegin)
	stale, after, ok2 := strings.Cut(rest, readmeEnd)
	if !ok || !ok2 {
		t.Fatalf("%s: no %s … %s", file, strings.TrimSpace(readmeBegin), strings.TrimSpace(readmeEnd))
	}
	fresh := Declaration(p)
	if diff := cmp.Diff(stale, fresh); diff != "" {
		if !*update {
			t.Errorf("%s is stale (-update writes it anew):\n%s", file, diff)
			return
		}
		if err := os.WriteFile(file, []byte(before+readmeBegin+fresh+readmeEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Declaration returns a plugin's declaration as Markdown, for its README.
func Declaration(p *sdk.Plugin) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nNumber %d, version %s.", p.Number, p.Version)
	for _, r := range p.Requires {
		fmt.Fprintf(&b, " Requires %s %s.", r.Name, r.Versions)
	}
	b.WriteString("\n")
	if len(p.Settings) > 0 {
		b.WriteString("\n## Settings\n\n| name | default | accepts | meaning |\n|---|---|---|---|\n")
	}
	for _, s := range p.Settings {
		value := "`" + printable.Line(s.Default) + "`"
		if s.Kind == setting.Target && s.Default == "" {
			value = "none: name it"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, value, s.Takes(), printable.Line(s.Doc))
	}
	if len(p.Columns) > 0 {
		b.WriteString("\n## Columns\n\n| name | type | meaning |\n|---|---|---|\n")
	}
	for _, c := range p.Columns {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Words(), printable.Line(c.Doc))
	}
	if n := len(p.Packets.Columns); n > 0 {
		fmt.Fprintf(&b, "\nAt packets, in the stream `packets` (`-s`): %s.\n", columns(p.Packets.Columns))
	}
	if len(p.Metrics) > 0 {
		b.WriteString("\n## Metrics\n\n| name | unit | meaning |\n|---|---|---|\n")
	}
	for _, m := range p.Metrics {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Name, m.Unit, printable.Line(m.Doc))
	}
	for _, e := range p.Exports {
		fmt.Fprintf(&b, "\n## Export `%s`\n\nBy %s: %s.\n", e.Name, columns(e.Key), columns(e.Row))
	}
	if len(p.Outlets) > 0 {
		b.WriteString("\n## Outlets\n\n")
	}
	for _, o := range p.Outlets {
		if o.Kind == sdk.RowOutlet && o.Setting != "" {
			fmt.Fprintf(&b, "- `%s`: rows, of %s; to where the setting `%s` or `--to %s.%s=TARGET` leads\n", o.Name, rowColumns(&o), o.Setting, p.Name, o.Name)
			continue
		}
		if o.Kind == sdk.RowOutlet {
			fmt.Fprintf(&b, "- `%s`: rows, of %s; where they go is the user's to say: `--to %s.%s=TARGET`\n", o.Name, rowColumns(&o), p.Name, o.Name)
			continue
		}
		where := "the file PREFIX + setting"
		if o.Kind == sdk.StreamOutlet {
			where = "where the setting leads:"
		}
		fmt.Fprintf(&b, "- `%s`: %s `%s`\n", o.Name, where, o.Setting)
	}
	b.WriteString("\n")
	return b.String()
}

// rowColumns names the columns of an outlet of rows.
func rowColumns(o *sdk.Outlet) string {
	var names []string
	for _, name := range o.Pass {
		names = append(names, "`"+name+"`")
	}
	if own := columns(o.Columns); own != "" {
		names = append(names, own)
	}
	return strings.Join(names, ", ")
}

func columns(list []sdk.ColumnInfo) string {
	var names []string
	for _, c := range list {
		names = append(names, fmt.Sprintf("`%s` (%s)", c.Name, c.Words()))
	}
	return strings.Join(names, ", ")
}
