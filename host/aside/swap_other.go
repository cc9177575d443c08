//go:build !linux

package aside

import "errors"

func swap(string, string) error { return errors.ErrUnsupported }
