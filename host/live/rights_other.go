//go:build !linux

package live

// Drop does nothing: Open has failed.
func Drop(string) (string, error) { return "", nil }
