package remote

import "github.com/t2host/t2host/host/printable"

// maxText bounds a text of a plugin for the user, in bytes.
const maxText = 1024

// Printable returns a text of a plugin as an escaped line of bounded length.
func Printable(text string) string { return printable.Cut(text, maxText) }
