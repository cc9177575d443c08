package scaffold

import (
	"fmt"
	"go/format"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// What a new plugin reads of another is declared in a package of its own, made from the other's
// manifest: it links none of the other's code, which may not be there, or not be Go.

// folder returns the folder of the package that declares the columns and tables of a requirement.
func (r *Requirement) folder() string { return "requires/" + r.identifier() }

// identifier returns the name of that package.
func (r *Requirement) identifier() string {
	key := strings.ToLower(r.Name)
	if CheckName(r.Name) != nil || key == "field" || key == "sink" {
		key += "plugin"
	}
	return key
}

// declarations returns the package's file.
func (r *Requirement) declarations() ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "// Package %s declares what plugin %s %s adds to records and keeps in tables.\n//\n", r.identifier(), r.Name, r.Version)
	fmt.Fprintf(&b, "// It was made from the plugin's manifest by t2host new-plugin.\npackage %s\n\nimport \"github.com/t2host/t2host/sdk\"\n\n", r.identifier())
	names := identifiers{}
	if len(r.Columns) > 0 {
		b.WriteString("// The columns of a record, for EndSelect.With and Reader.\nvar (\n")
		for _, c := range r.Columns {
			list := ""
			if c.Type.IsList() {
				list = "List"
			}
			fmt.Fprintf(&b, "%s = sdk.New%sColumn[%s](%q, %q%s)\n", names.of(c.Name), list, goTypes[c.Type.Elem()], r.Name+"."+c.Name, c.Doc, options(c))
		}
		b.WriteString(")\n\n")
	}
	for _, t := range r.Exports {
		_, short := value.Owner(t.Name)
		name := names.of(short)
		key := name + "Key"
		if len(t.Key) == 1 && t.Key[0].Name == "ip" && t.Key[0].Type == value.IP {
			key = "sdk.IP"
		} else {
			structure(&b, key, "the key of", name, t.Key, true)
		}
		structure(&b, name+"Row", "a row of", name, t.Row, false)
		fmt.Fprintf(&b, "// %s is a table, for Spec.Imports and View.\nvar %s = sdk.NewTable[%s, %sRow](%q)\n\n", name, name, key, name, t.Name)
	}
	return format.Source([]byte(b.String()))
}

// structure writes the type of a table's keys or rows.
func structure(b *strings.Builder, name, what, table string, fields []sdk.ColumnInfo, isKey bool) {
	names := identifiers{"Fields": true}
	var visits strings.Builder
	fmt.Fprintf(b, "// %s is %s %s.\ntype %s struct {\n", name, what, table, name)
	for _, c := range fields {
		f, t, list := names.of(c.Name), goTypes[c.Type.Elem()], ""
		switch {
		case c.Type.IsList() && isKey:
			t, list = "sdk.KeyList["+t+"]", "KeyList"
		case c.Type.IsList():
			t, list = "[]"+t, "List"
		}
		fmt.Fprintf(b, "%s %s\n", f, t)
		fmt.Fprintf(&visits, "sdk.%sField(f, %q, &r.%s%s)\n", list, c.Name, f, options(c))
	}
	fmt.Fprintf(b, "}\n\n// Fields names the fields.\nfunc (r *%s) Fields(f *sdk.TableFields) {\n%s}\n\n", name, visits.String())
}

// identifiers are the exported names of a package or struct.
type identifiers map[string]bool

// of returns an exported Go name for that of a column, table or field.
func (n identifiers) of(name string) string {
	exported := strings.ToUpper(name[:1]) + name[1:]
	if exported[0] < 'A' || exported[0] > 'Z' {
		exported = "X" + exported
	}
	for n[exported] || n[exported+"Key"] || n[exported+"Row"] {
		exported += "_"
	}
	n[exported] = true
	return exported
}

// goTypes are the Go types of values.
var goTypes = map[value.Type]string{
	value.Uint8: "uint8", value.Uint16: "uint16", value.Uint32: "uint32", value.Uint64: "uint64",
	value.Hex8: "uint8", value.Hex16: "uint16", value.Hex32: "uint32", value.Hex64: "uint64",
	value.Int64: "int64", value.Float32: "float32", value.Float64: "float64",
	value.Time: "int64", value.Duration: "int64", value.IP: "sdk.IP",
	value.MAC: "sdk.MAC", value.Text: "string", value.String: "string",
}

// options returns the code of a column's options, each after a comma.
func options(c sdk.ColumnInfo) string {
	var b strings.Builder
	switch t := c.Type.Elem(); {
	case t >= value.Hex8 && t <= value.Hex64:
		b.WriteString(", sdk.ShowHex")
	case t == value.Time:
		b.WriteString(", sdk.ShowTime")
	case t == value.Duration:
		b.WriteString(", sdk.ShowDuration")
	case t == value.String:
		b.WriteString(", sdk.ShowQuoted")
	}
	if c.Unit != "" {
		fmt.Fprintf(&b, ", sdk.Unit(%q)", c.Unit)
	}
	if c.Element != 0 {
		fmt.Fprintf(&b, ", sdk.IPFIX(%d, %d)", c.Enterprise, c.Element)
	}
	if c.Alarm {
		b.WriteString(", sdk.Alarm")
	}
	if other, with := strings.CutPrefix(c.Merge, "with "); with {
		fmt.Fprintf(&b, ", sdk.MergeWith(%q)", other)
	} else if c.Merge != "" {
		b.WriteString(", sdk.Merge" + strings.ToUpper(c.Merge[:1]) + c.Merge[1:])
	}
	return b.String()
}
