// Package xdg finds the user's folders by the XDG Base Directory Specification.
package xdg

import "path/filepath"

// Folder returns the folder that a variable names, or else one in the home: both must be absolute, or they are ignored. It returns an
// empty text if neither is.
func Folder(getenv func(string) string, variable string, inHome ...string) string {
	if folder := getenv(variable); filepath.IsAbs(folder) {
		return folder
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(append([]string{home}, inHome...)...)
}
