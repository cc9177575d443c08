//go:build !linux

package main

import "errors"

func swap(string, string) error { return errors.ErrUnsupported }
