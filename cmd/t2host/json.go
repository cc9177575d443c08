package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/t2host/t2host/host/printable"
)

// writeJSON writes a value with indentation, so that people can read it too.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(b.Bytes()))
	return err
}
