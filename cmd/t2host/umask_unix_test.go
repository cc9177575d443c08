//go:build unix

package main

import "syscall"

// Others cannot write what tests write: t2host refuses files that they can.
func init() { syscall.Umask(0o022) }
