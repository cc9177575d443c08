package value

import "strings"

// Column describes a column: of records, or of the rows of a table.
type Column struct {
	Name string // letters, digits and _, at most 64 bytes; "plugin.column" if it is another plugin's
	Type Type
	Doc  string // one line
	Unit string // of its values, or empty

	// The information element of IPFIX that it is (RFC 7012); 0 if it is none.
	Enterprise uint32 // 0: the element is of IANA's list
	Element    uint16

	Alarm bool   // records in which it is not zero or empty are marked
	Merge string // of a row's field: how it merges over several runs, "" or "sum", "min", "max", "first", "last", "with FIELD"
}

// Words returns the type of the column with what else is known of its values, for a page or a
// terminal: "u32, packets, alarm".
func (c *Column) Words() string {
	words := c.Type.String()
	for _, more := range []string{c.Unit, c.Merge} {
		if more != "" {
			words += ", " + more
		}
	}
	if c.Alarm {
		words += ", alarm"
	}
	return words
}

// Owner splits the name of another plugin's column or table, "plugin.name". Without a dot,
// name is empty.
func Owner(qualified string) (plugin, name string) {
	plugin, name, _ = strings.Cut(qualified, ".")
	return plugin, name
}
