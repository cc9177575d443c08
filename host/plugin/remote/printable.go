package remote

import "github.com/t2host/t2host/host/printable"

// maxText bounds what a plugin says for the user, in bytes.
const maxText = 1024

// Printable returns what a plugin says as a line that can be shown, of a bounded length.
func Printable(text string) string { return printable.Cut(text, maxText) }
