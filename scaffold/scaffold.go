// Package scaffold returns the files of a new plugin's folder: those of a
// template, with the plugin's name, number and requirements.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"go/build"
	"go/format"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"slices"
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
)

// IsSink reports whether plugins of that kind have the numbers of sinks.
func (k Kind) IsSink() bool { return k == Sink || k == MinimalSink }

// Plugin describes a new plugin.
type Plugin struct {
	Name     string
	Number   int
	Kind     Kind
	Requires []Requirement // with what they require, in dependency order
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
	templateNumber = "Number: 900,"
	shownNumber    = "Number 900, version 0.1.0." // in README.md
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
	for _, from := range []string{"_common", string(p.Kind)} {
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
	return files, nil
}

func (p *Plugin) key() string { return strings.ToLower(p.Name) }

// fill makes a file from a template's.
func (p *Plugin) fill(kind string, data []byte) ([]byte, error) {
	if kind == ".pcap" {
		return data, nil
	}
	text := strings.NewReplacer(
		templateName, p.Name, templateKey, p.key(), templateNumber, "Number: "+strconv.Itoa(p.Number)+",",
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
		for _, c := range columns {
			b.WriteString(columnCode(c) + ",\n")
		}
		return strings.TrimSuffix(before, ",") + ".With(\n" + b.String() + "),\n"
	case "state":
		if len(columns) > 0 {
			return "said [" + strconv.Itoa(len(columns)) + "]uint64 // flows of which other plugins' columns say something\n"
		}
	case "use":
		if len(columns) > 0 {
			return "for i := range " + receiver + ".said {\nif end.Uint(i) != 0 {\n" + receiver + ".said[i]++\n}\n}\n"
		}
	case "report":
		for i, c := range columns {
			fmt.Fprintf(&b, "r.Summary(%q + sdk.Count(%s.said[%d]))\n", "Flows with "+c.Name+": ", receiver, i)
		}
	case "imports":
		lists := false
		for _, r := range p.Requires {
			if r.Package != "" {
				fmt.Fprintf(&b, "%q\n", r.Package)
			} else {
				lists = lists || slices.ContainsFunc(r.Plugin.Columns, func(c sdk.Column) bool { return c.Type.IsList() })
			}
		}
		if lists {
			fmt.Fprintf(&b, "%q\n", "github.com/t2host/t2host/sdk/value")
		}
	case "plugins":
		for _, r := range p.Requires {
			if r.Package != "" {
				fmt.Fprintf(&b, "%s.Plugin,\n", path.Base(r.Package))
			} else {
				fmt.Fprintf(&b, "%s,\n", standIn(r.Plugin))
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

// columns returns the columns that the plugin reads of those it requires: of each plugin the
// first unsigned number.
func (p *Plugin) columns() []sdk.Column {
	var list []sdk.Column
	for _, r := range p.Requires {
		if !r.Direct {
			continue
		}
		for _, c := range r.Columns {
			if c.Type >= value.Uint8 && c.Type <= value.Hex64 {
				c.Name = r.Name + "." + c.Name
				list = append(list, c)
				break
			}
		}
	}
	return list
}

// goTypes are the names of types in Go: of the constants of sdk/value, and before "Column" of
// the SDK's functions.
var goTypes = map[value.Type]string{
	value.Uint8: "Uint8", value.Uint16: "Uint16", value.Uint32: "Uint32", value.Uint64: "Uint64",
	value.Hex8: "Hex8", value.Hex16: "Hex16", value.Hex32: "Hex32", value.Hex64: "Hex64",
	value.Int64: "Int64", value.Float32: "Float32", value.Float64: "Float64",
	value.Time: "Time", value.Duration: "Duration", value.IP: "IP",
	value.MAC: "MAC", value.Text: "Text", value.String: "String",
}

// columnCode returns the Go expression that declares a column.
func columnCode(c sdk.Column) string {
	name := goTypes[c.Type.Elem()]
	if c.Type.IsList() {
		return fmt.Sprintf("sdk.ColumnOf(value.%s|value.List, %q, %q)", name, c.Name, c.Doc)
	}
	return fmt.Sprintf("sdk.%sColumn(%q, %q)", name, c.Name, c.Doc)
}

// standIn returns the code of a plugin that replaces one whose code is elsewhere.
func standIn(p *sdk.Plugin) string {
	var b strings.Builder
	fmt.Fprintf(&b, "sdktest.StandIn(%q, %d, %q", p.Name, p.Number, p.Version)
	for _, c := range p.Columns {
		b.WriteString(", " + columnCode(c))
	}
	return b.String() + ")"
}
