// Package checksum computes the checksums by which files are pinned: SHA-256 in
// lower-case hex.
package checksum

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Of returns the checksum of data.
func Of(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Read returns the checksum of what r returns until its end.
func Read(r io.Reader) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Valid reports whether s is a checksum.
func Valid(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// Check returns an error if what has the checksum is instead of want, which by names. An
// empty want allows every checksum; its letters may be upper-case.
func Check(what, is, want, by string) error {
	if want == "" || strings.EqualFold(is, want) {
		return nil
	}
	return fmt.Errorf("%s has checksum %s, its %s has %s: build it again, or pin the new one", what, is, by, strings.ToLower(want))
}

// What names the checksum that Check wants.
const (
	Pin           = "pin"
	ManifestOrPin = "manifest or pin"
)
