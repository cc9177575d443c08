package main

import (
	"fmt"
	"strings"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/drive"
)

// resultTables returns the tables of formats, places and options.
func resultTables() string {
	var b strings.Builder
	b.WriteString("\n### Formats\n\n| format | endings of files | stream, if none is named | |\n|---|---|---|---|\n")
	for _, f := range host.Formats() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, dotted(f.Ends), f.Stream, f.Doc)
	}
	b.WriteString("\n### Places of drivers\n\n| target | endings of files | what it does | how often a row arrives |\n|---|---|---|---|\n")
	for _, k := range places() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Form, dotted(k.Ends), k.Doc, k.Once)
	}
	b.WriteString("\n### Options\n\nOf all targets:\n\n")
	b.WriteString(optionTable(host.TargetOptions()))
	for _, k := range places() {
		if len(k.Options) > 0 {
			fmt.Fprintf(&b, "\nOf `%s`:\n\n%s", k.Form, optionTable(k.Options))
		}
	}
	b.WriteString("\n")
	return b.String()
}

func dotted(ends []string) string {
	var list []string
	for _, e := range ends {
		list = append(list, "`."+e+"`")
	}
	return strings.Join(list, " ")
}

func optionTable(options []drive.Option) string {
	var b strings.Builder
	b.WriteString("| option | default | |\n|---|---|---|\n")
	for _, o := range options {
		value := o.Default
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, value, o.Doc)
	}
	return b.String()
}
