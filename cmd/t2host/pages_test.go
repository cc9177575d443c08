package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk"
)

// made are the parts of the book that are made from declarations. A page has one between
// two marks.
var made = map[string]func() string{
	"architecture": packageTable,
	"commands":     func() string { return commandPages(newCommand(nil, io.Discard, io.Discard, newScreen(io.Discard))) },
	"settings":     settingPages,
	"columns":      columnPage,
	"plugins":      pluginPage,
	"from-t2":      fromT2Tables,
	"events":       packetFields,
	"results":      resultTables,
	"check":        mutantTable,
}

const madeEnd = "<!-- end -->\n"

// TestMadePages checks that what is made from declarations is up to date. -update writes it anew.
func TestMadePages(t *testing.T) {
	for name, text := range made {
		page := "../../docs/" + name + ".md"
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		mark := "<!-- made of declarations: go test ./cmd/t2host -run TestMadePages -update -->\n"
		before, rest, ok := strings.Cut(string(data), mark)
		stale, after, ok2 := strings.Cut(rest, madeEnd)
		if !ok || !ok2 {
			t.Fatalf("%s: no %s … %s", page, strings.TrimSpace(mark), strings.TrimSpace(madeEnd))
		}
		fresh := text()
		diff := gocmp.Diff(stale, fresh)
		switch {
		case diff == "":
		case *update:
			if err := os.WriteFile(page, []byte(before+mark+fresh+madeEnd+after), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is stale (-update writes it anew):\n%s", page, diff)
		}
	}
}

func builtIn() []*plugin.Artefact {
	list := plugin.BuiltIn(all.Plugins()...)
	plugin.Sort(list)
	return list
}

func settingPages() string {
	var b strings.Builder
	group := "-"
	for _, l := range new(settings.Values).List(host.Groups(builtIn())) {
		if l.Group != group {
			group = l.Group
			title := group
			if title == "" {
				title = "Alone, before all groups"
			}
			fmt.Fprintf(&b, "\n### %s\n\n| key | default | accepts | meaning |\n|---|---|---|---|\n", title)
		}
		shown := l.Default
		if shown == "" {
			shown = `""`
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", l.Key(), shown, l.Takes(), l.Doc)
	}
	return b.String() + "\n"
}

func columnPage() string {
	var b strings.Builder
	b.WriteString("\n| column | type | unit | IPFIX | of | meaning |\n|---|---|---|---|---|---|\n")
	for _, a := range builtIn() {
		for _, c := range a.Columns {
			element := ""
			if c.Element != 0 {
				element = strconv.Itoa(int(c.Element))
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | [%s](../plugins/%s/README.md) | %s |\n", c.Name, c.Type, c.Unit, element, a.Name, a.Name, c.Doc)
		}
	}
	b.WriteString("\n| table | key | row |\n|---|---|---|\n")
	for _, a := range builtIn() {
		for _, e := range a.Exports {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", e.Name, namesOf(e.Key), namesOf(e.Row))
		}
	}
	return b.String() + "\n"
}

// packetFields is the table of what plugins may read of packets, as ABI.md has it of the SDK's table.
func packetFields() string {
	abi, err := os.ReadFile("../../sdk/wire/ABI.md")
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	b.WriteString("\n| field | bytes | what it is |\n|---|---|---|\n")
	for _, row := range regexp.MustCompile(`(?m)^\| packets (\|.*)$`).FindAllStringSubmatch(string(abi), -1) {
		fmt.Fprintln(&b, row[1])
	}
	return b.String() + "\n"
}

// packageTable lists the module's packages with the first sentences of their comments.
func packageTable() string {
	list := exec.Command("go", "list", "-f", "{{.ImportPath}}\t{{.Doc}}", "./...")
	list.Dir, list.Stderr = "../..", os.Stderr
	out, err := list.Output()
	if err != nil {
		return "go list: " + err.Error() + "\n"
	}
	var b strings.Builder
	b.WriteString("\n| package | |\n|---|---|\n")
	for line := range strings.Lines(string(out)) {
		path, doc, _ := strings.Cut(strings.TrimSpace(line), "\t")
		path = strings.TrimPrefix(strings.TrimPrefix(path, "github.com/t2host/t2host"), "/")
		words := strings.SplitN(doc, " ", 3) // "Package", its name, what it does
		if len(words) < 3 {
			return path + " has no package comment\n"
		}
		fmt.Fprintf(&b, "| [%s](../%s) | %s |\n", cmp.Or(path, "."), path, words[2])
	}
	return b.String() + "\n"
}

func namesOf(list []sdk.ColumnInfo) string {
	var names []string
	for _, c := range list {
		names = append(names, fmt.Sprintf("`%s` (%s)", c.Name, c.Type))
	}
	return strings.Join(names, ", ")
}

func pluginPage() string {
	var b strings.Builder
	b.WriteString("\n| number | plugin | kind | requires | what it does |\n|---|---|---|---|---|\n")
	for _, a := range builtIn() {
		var requires []string
		for _, r := range a.Requires {
			requires = append(requires, r.Name)
		}
		fmt.Fprintf(&b, "| %03d | [%s](../plugins/%s/README.md) | %s | %s | %s |\n",
			a.Number, a.Name, a.Name, kind(a.Plugin), strings.Join(requires, ", "), a.Doc)
	}
	return b.String() + "\n"
}

// book is the text of all chapters, with the plugins' pages.
func book(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"../../docs/*.md", "../../plugins/*/README.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	return b.String()
}

// TestBookHoldsEverything: every key, flag, command, column and table of the program is
// in the book, and what it names so is there.
func TestBookHoldsEverything(t *testing.T) {
	text := book(t)
	var missing []string
	look := func(what, name string) {
		if !strings.Contains(text, name) {
			missing = append(missing, what+" "+name)
		}
	}
	for _, l := range new(settings.Values).List(host.Groups(builtIn())) {
		look("key", "`"+l.Key()+"`")
	}
	for _, c := range commands(newCommand(nil, io.Discard, io.Discard, newScreen(io.Discard))) {
		look("command", "## "+c.CommandPath()+"\n")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" {
				look("flag of "+c.CommandPath(), "`"+flagNames(f)+"`")
			}
		})
	}
	for _, a := range builtIn() {
		look("plugin", "plugins/"+a.Name+"/README.md")
		for _, c := range a.Columns {
			look("column", "`"+c.Name+"`")
		}
		for _, e := range a.Exports {
			look("table", "`"+e.Name+"`")
		}
	}
	if len(missing) > 0 {
		t.Errorf("not in the book:\n%s", strings.Join(missing, "\n"))
	}
}

var (
	codeSpans   = regexp.MustCompile("`([^`\n]+)`")
	firstCell   = regexp.MustCompile(`(?m)^\| [^|]*\|`) // in tables it may be Tranalyzer2's
	settingName = regexp.MustCompile(`^[a-z_]+$`)
)

// TestBookNamesWhatIsThere: a flag, a setting or a command that the book names exists.
func TestBookNamesWhatIsThere(t *testing.T) {
	root := newCommand(nil, io.Discard, io.Discard, newScreen(io.Discard))
	flags, keys, names := map[string]bool{"--help": true}, map[string]bool{}, commandNames(root)
	for _, c := range commands(root) {
		c.Flags().VisitAll(func(f *pflag.Flag) { flags["--"+f.Name] = true })
	}
	groups := map[string]bool{}
	for _, l := range new(settings.Values).List(host.Groups(builtIn())) {
		keys[l.Key()] = true
		groups[strings.ToLower(l.Group)] = true
	}
	ours := firstCell.ReplaceAllString(book(t), "")
	for _, code := range codeSpans.FindAllStringSubmatch(ours, -1) {
		words := strings.Fields(code[1])
		if len(words) > 1 && words[0] == "t2host" && !strings.HasPrefix(words[1], "-") && words[1] != strings.ToUpper(words[1]) && !slices.Contains(names, words[1]) {
			t.Errorf("`%s`: no such command", code[1])
		}
		for _, w := range words {
			w, _, _ = strings.Cut(w, "=")
			group, key, dotted := strings.Cut(w, ".")
			switch {
			case strings.HasPrefix(w, "--") && len(words) > 0 && (words[0] == "t2host" || len(words) == 1) && !flags[w]:
				t.Errorf("`%s`: no such flag", code[1])
			case dotted && group != "" && groups[group] && key != "" && !keys[w] && settingName.MatchString(key) && !isName(w) && key != "go": // tcpwinsink.go is a file
				t.Errorf("`%s`: no such setting", code[1])
			}
		}
	}
}

// isName reports whether a plugin has a column, a table or an outlet of that name: they are
// written with a dot too.
func isName(w string) bool {
	for _, a := range builtIn() {
		for _, c := range a.Columns {
			if w == a.Name+"."+c.Name {
				return true
			}
		}
		for _, e := range a.Exports {
			if w == e.Name {
				return true
			}
		}
		for _, o := range a.Outlets {
			if w == a.Name+"."+o.Name {
				return true
			}
		}
	}
	return false
}

// commandPages returns the book's page of all commands, in Markdown.
func commandPages(root *cobra.Command) string {
	var b strings.Builder
	for _, c := range commands(root) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s\n", c.CommandPath(), fenced(c.UseLine()), prose(c, "### "))
		if rows := flagRows(c); rows != "" {
			b.WriteString("| flag | meaning |\n|---|---|\n" + rows)
		}
	}
	return b.String()
}

func flagRows(cmd *cobra.Command) string {
	var b strings.Builder
	eachFlag(cmd, func(names, usage string) {
		if !strings.HasSuffix(names, "--help") {
			fmt.Fprintf(&b, "| `%s` | %s |\n", names, strings.ReplaceAll(usage, "|", `\|`))
		}
	})
	return b.String()
}
