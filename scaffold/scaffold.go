// Package scaffold returns the files of a new plugin's folder: those of a
// template, with the plugin's name, number and requirements.
package scaffold

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"go/build"
	"go/format"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

//go:embed all:templates
var templates embed.FS

// Kind is a template.
type Kind string

// The templates.
const (
	Flow        Kind = "flow"        // writes columns, from packets
	Sink        Kind = "sink"        // writes a file, from flow ends
	Payload     Kind = "payload"     // reads payload
	Minimal     Kind = "minimal"     // writes a column, without an example
	MinimalSink Kind = "minimalsink" // has an outlet, without an example
	C           Kind = "c"           // is written in C, and writes a file; so are those after it in their languages
	CPP         Kind = "cpp"
	Rust        Kind = "rust"
	Python      Kind = "python"
)

// kinds are all templates.
var kinds = []Kind{Flow, Sink, Payload, Minimal, MinimalSink, C, CPP, Rust, Python}

// Languages are those that plugins can be written in, as users name them, with their templates; in Go there are several.
var Languages = map[string]Kind{"go": Flow, "c": C, "c++": CPP, "rust": Rust, "python": Python}

// InGo reports whether plugins of that kind are written in Go.
func (k Kind) InGo() bool { return k != C && k != CPP && k != Rust && k != Python }

// IsSink reports whether plugins of that kind have the numbers of sinks.
func (k Kind) IsSink() bool { return k == Sink || k == MinimalSink }

// Plugin describes a new plugin.
type Plugin struct {
	Name       string
	Number     int
	Kind       Kind
	Requires   []Requirement // with what they require, in dependency order
	ModulePath string        // the path of its module; empty: example.com/NAME
}

// Requirement is a plugin that the new one requires, directly or not.
type Requirement struct {
	*sdk.Plugin
	Direct  bool   // the new plugin requires it itself
	Package string // where its declaration can be imported from; empty: nowhere
}

// Names in the templates.
const (
	templateName   = "mySink"
	templateKey    = "mysink"
	templateModule = "example.com/mysink"
	templateNumber = "Number: 900,"
	// templateDeclared is the same in other languages.
	templateDeclared = `"mySink", 900,`
	shownNumber      = "Number 900, version 0.1.0." // in README.md
)

// CheckName returns an error if a name cannot be a plugin's, or its package's.
func CheckName(name string) error {
	key := strings.ToLower(name)
	switch {
	case !sdk.ValidName(name):
		return fmt.Errorf("invalid plugin name %q: names begin with a lower-case letter and hold letters, digits and _ only", name)
	case token.IsKeyword(key) || reserved[key] || types.Universe.Lookup(key) != nil:
		return fmt.Errorf("invalid plugin name %q: a Go package cannot be called %s", name, key)
	case strings.HasSuffix(key, "_test") || !everywhere(key+".go"):
		return fmt.Errorf("invalid plugin name %q: Go would treat %s.go as a test, or as a file for one system only", name, key)
	}
	return nil
}

// everywhere reports whether a file of that name is built for any system.
func everywhere(file string) bool {
	none := build.Context{Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("package p")), nil }}
	ok, err := none.MatchFile(".", file)
	return ok && err == nil
}

// reserved are the names that a plugin's own code uses.
var reserved = map[string]bool{"main": true, "init": true, "open": true, "flow": true, "sdk": true, "sdktest": true, "serve": true, "strconv": true, "testing": true, "plugins": true, "vendor": true, "internal": true}

// Files returns the plugin's files by their slash-separated paths, without go.mod, go.sum and
// the SDK.
func (p *Plugin) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	parts := []string{"_common", string(p.Kind)}
	if !p.Kind.InGo() {
		parts = parts[1:]
	}
	for _, from := range parts {
		root := "templates/" + from
		err := fs.WalkDir(templates, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := templates.ReadFile(name)
			if err != nil {
				return err
			}
			to := strings.TrimPrefix(name, root+"/")
			to = strings.ReplaceAll(strings.ReplaceAll(to, "dot", "."), templateKey, p.key())
			if files[to], err = p.fill(path.Ext(to), data); err != nil {
				return fmt.Errorf("template %s: %w", name, err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, r := range p.Requires {
		// A plugin that is required by one of these is declared for the tests, which replace it.
		if len(r.Columns)+len(r.Exports) > 0 && (r.Direct || r.Package == "") {
			var err error
			if files[r.folder()+"/"+r.identifier()+".go"], err = r.declarations(); err != nil {
				return nil, fmt.Errorf("declarations of %s: %w", r.Name, err)
			}
		}
	}
	return files, nil
}

func (p *Plugin) key() string { return strings.ToLower(p.Name) }

// fill makes a file from a template's.
func (p *Plugin) fill(kind string, data []byte) ([]byte, error) {
	if kind == ".pcap" {
		return data, nil
	}
	text := strings.NewReplacer(
		templateModule, p.module(), templateDeclared, strconv.Quote(p.Name)+", "+strconv.Itoa(p.Number)+",", templateName, p.Name, templateKey, p.key(), templateNumber, "Number: "+strconv.Itoa(p.Number)+",",
		shownNumber, "Number "+strconv.Itoa(p.Number)+", version 0.1.0."+p.shown(),
	).Replace(string(data))
	if kind != ".go" {
		return []byte(text), nil
	}
	receiver := "t"
	if p.Kind.IsSink() {
		receiver = "k"
	}
	var b bytes.Buffer
	for line := range strings.Lines(text) {
		before, mark, marked := strings.Cut(strings.TrimRight(line, "\n"), "//t2host:")
		if !marked {
			b.WriteString(line)
			continue
		}
		b.WriteString(p.marked(before, mark, receiver))
	}
	return format.Source(b.Bytes())
}

// marked returns what replaces a line with a mark: the text before it, and what the
// requirements need there.
func (p *Plugin) marked(before, mark, receiver string) string {
	columns := p.columns()
	var b strings.Builder
	switch mark {
	case "requires":
		for _, r := range p.Requires {
			if r.Direct {
				fmt.Fprintf(&b, "{Name: %q, Versions: %q},\n", r.Name, "^"+r.Version)
			}
		}
		if b.Len() > 0 {
			return "Requires: []sdk.Requirement{\n" + b.String() + "},\n"
		}
	case "columns":
		before = strings.TrimRight(before, " ")
		if len(columns) == 0 {
			return before + "\n"
		}
		var names []string
		for _, c := range columns {
			names = append(names, c.code)
		}
		return strings.TrimSuffix(before, ",") + ".With(" + strings.Join(names, ", ") + "),\n"
	case "packages":
		for _, r := range p.Requires {
			if r.Direct && r.first() != nil {
				fmt.Fprintf(&b, "%q\n", p.module()+"/"+r.folder())
			}
		}
	case "state":
		for _, c := range columns {
			fmt.Fprintf(&b, "%s *sdk.ColumnReader[%s]\n", c.field, goTypes[c.Type])
		}
		if len(columns) > 0 {
			fmt.Fprintf(&b, "said [%d]uint64 // flows of which these columns say something\n", len(columns))
		}
	case "open":
		for _, c := range columns {
			fmt.Fprintf(&b, "%s.%s = %s.Reader(env)\n", receiver, c.field, c.code)
		}
	case "use":
		for i, c := range columns {
			fmt.Fprintf(&b, "if %s.%s.Get(end) != 0 {\n%s.said[%d]++\n}\n", receiver, c.field, receiver, i)
		}
	case "report":
		for i, c := range columns {
			fmt.Fprintf(&b, "r.Summary(%q + sdk.Count(%s.said[%d]))\n", "Flows with "+c.Name+": ", receiver, i)
		}
	case "imports":
		for _, r := range p.Requires {
			if r.Package != "" {
				fmt.Fprintf(&b, "%q\n", r.Package)
			} else if len(r.Columns)+len(r.Exports) > 0 {
				fmt.Fprintf(&b, "%q\n", p.module()+"/"+r.folder())
			}
		}
	case "plugins":
		for _, r := range p.Requires {
			if r.Package != "" {
				fmt.Fprintf(&b, "%s.Plugin,\n", path.Base(r.Package))
			} else {
				fmt.Fprintf(&b, "%s,\n", r.standIn())
			}
		}
	}
	return b.String()
}

// shown returns what README.md tells of the requirements (sdktest.Declaration).
func (p *Plugin) shown() string {
	var b strings.Builder
	for _, r := range p.Requires {
		if r.Direct {
			fmt.Fprintf(&b, " Requires %s ^%s.", r.Name, r.Version)
		}
	}
	return b.String()
}

// readColumn is a column that the new plugin reads.
type readColumn struct {
	sdk.ColumnInfo        // named "plugin.column"
	code           string // of its declaration
	field          string // of its reader
}

// columns returns the columns that the plugin reads of those it requires: of each plugin the
// first unsigned number.
func (p *Plugin) columns() []readColumn {
	var list []readColumn
	for _, r := range p.Requires {
		c := r.first()
		if !r.Direct || c == nil {
			continue
		}
		names := identifiers{}
		code := ""
		for i := range r.Columns {
			if code = names.of(r.Columns[i].Name); &r.Columns[i] == c {
				break
			}
		}
		list = append(list, readColumn{*c, r.identifier() + "." + code, r.identifier() + code})
		list[len(list)-1].Name = r.Name + "." + c.Name
	}
	return list
}

// first returns the first column of unsigned numbers, nil if there is none.
func (r *Requirement) first() *sdk.ColumnInfo {
	for i := range r.Columns {
		if t := r.Columns[i].Type; t >= value.Uint8 && t <= value.Hex64 {
			return &r.Columns[i]
		}
	}
	return nil
}

// module returns the path of the plugin's module.
func (p *Plugin) module() string { return cmp.Or(p.ModulePath, "example.com/"+p.key()) }

// standIn returns the code of a plugin that replaces one whose code is elsewhere.
func (r *Requirement) standIn() string {
	var b strings.Builder
	names := identifiers{}
	var columns, tables []string
	for _, c := range r.Columns {
		columns = append(columns, ", "+r.identifier()+"."+names.of(c.Name))
	}
	for _, t := range r.Exports {
		_, name := value.Owner(t.Name)
		tables = append(tables, "sdktest.Rows("+r.identifier()+"."+names.of(name)+", nil)")
	}
	if len(tables) == 0 {
		fmt.Fprintf(&b, "sdktest.StandIn(%q, %d, %q", r.Name, r.Number, r.Version)
	} else {
		fmt.Fprintf(&b, "sdktest.StandInTables(%q, %d, %q, []sdktest.Table{%s}", r.Name, r.Number, r.Version, strings.Join(tables, ", "))
	}
	b.WriteString(strings.Join(columns, ""))
	return b.String() + ")"
}
