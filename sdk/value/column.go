package value

import "strings"

// Column describes a column: of records, or of the rows of a table.
type Column struct {
	Name string // letters, digits and _, at most 64 bytes; "plugin.column" if it is another plugin's
	Type Type
	Doc  string // one line
}

// Owner splits the name of another plugin's column or table, "plugin.name". Without a dot,
// name is empty.
func Owner(qualified string) (plugin, name string) {
	plugin, name, _ = strings.Cut(qualified, ".")
	return plugin, name
}
