//go:build !unix

package firstparty

import "io/fs"

// Here a file's mode does not tell who may write it; the user's cache folder is the user's own.
func ours(fs.FileInfo) bool { return true }

func writable(fs.FileInfo) bool { return false }
