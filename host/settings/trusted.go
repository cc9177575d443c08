package settings

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/internal/owned"
	"github.com/t2host/t2host/host/xdg"
)

// Bounds of the list of trusted files.
const (
	maxTrusted     = 1000
	maxTrustedSize = 1 << 20
)

// trusted is a settings file that its user has accepted: it counts as named as long as it has
// these bytes.
type trusted struct {
	sum  [sha256.Size]byte
	path string // absolute
}

// Trust remembers that the user has accepted a settings file with this content. The user's
// list is found through environ (KEY=VALUE).
func Trust(environ []string, file string, content []byte) error {
	place, err := trustedPath(environ)
	if err != nil {
		return err
	}
	entry, err := trustedEntry(file, content)
	if err != nil {
		return err
	}
	list, err := readTrusted(place)
	if err != nil {
		return err
	}
	fresh := []trusted{entry} // newest first
	for _, t := range list {
		if t.path != entry.path {
			fresh = append(fresh, t)
		}
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return err
	}
	return aside.WriteFile(place, appendTrusted(nil, fresh), 0o600)
}

// Trusted reports whether the user has accepted a settings file with this content.
func Trusted(environ []string, file string, content []byte) (bool, error) {
	place, err := trustedPath(environ)
	if err != nil {
		return false, nil // no file can have been accepted
	}
	list, err := readTrusted(place)
	if err != nil {
		return false, err
	}
	entry, err := trustedEntry(file, content)
	if err != nil {
		return false, err
	}
	for _, t := range list {
		if t == entry {
			return true, nil
		}
	}
	return false, nil
}

// trustedEntry returns the entry for a file. Symbolic links of its folder are followed, but
// not the file's own: relative paths in the file depend on the folder from which it is used.
func trustedEntry(file string, content []byte) (trusted, error) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	return trusted{sha256.Sum256(content), filepath.Join(dir, filepath.Base(file))}, err
}

// trustedPath returns the path of the user's list, in the state folder of the XDG
// specification, which ignores a relative one.
func trustedPath(environ []string) (string, error) {
	state := xdg.Folder(lookup(environ), "XDG_STATE_HOME", ".local", "state")
	if state == "" {
		return "", errors.New("neither HOME nor XDG_STATE_HOME is the path of a folder")
	}
	return filepath.Join(state, "t2host", "trusted"), nil
}

// readTrusted reads the list. A missing list is empty, also if a parent is not a directory: a
// service's HOME may be /dev/null.
func readTrusted(path string) ([]trusted, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = owned.Check(path, info)
	}
	if err != nil {
		return nil, fmt.Errorf("list of accepted settings files: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxTrustedSize+1))
	if err != nil {
		return nil, err
	}
	list, err := parseTrusted(data)
	if err != nil {
		return nil, fmt.Errorf("list of accepted settings files %s: %w: remove it", path, err)
	}
	return list, nil
}

// parseTrusted reads lines of a checksum in hex, a space and a quoted path.
func parseTrusted(data []byte) ([]trusted, error) {
	if len(data) > maxTrustedSize {
		return nil, fmt.Errorf("more than %d bytes", maxTrustedSize)
	}
	var list []trusted
	for line := range bytes.Lines(data) {
		n := len(list) + 1
		text, ended := strings.CutSuffix(string(line), "\n")
		sum, quoted, ok := strings.Cut(text, " ")
		path, err := strconv.Unquote(quoted)
		if !ok || !ended || err != nil || !filepath.IsAbs(path) || strconv.Quote(path) != quoted {
			return nil, fmt.Errorf("line %d is not a checksum and a path", n)
		}
		t := trusted{path: path}
		if k, err := hex.Decode(t.sum[:], []byte(sum[:min(len(sum), 2*len(t.sum))])); err != nil || k != len(t.sum) || sum != hex.EncodeToString(t.sum[:]) {
			return nil, fmt.Errorf("line %d has no checksum of 64 hex digits", n)
		}
		if n > maxTrusted {
			return nil, fmt.Errorf("more than %d lines", maxTrusted)
		}
		list = append(list, t)
	}
	return list, nil
}

// appendTrusted appends the list in the format of parseTrusted, as many lines as fit.
func appendTrusted(b []byte, list []trusted) []byte {
	for _, t := range list[:min(len(list), maxTrusted)] {
		line := hex.EncodeToString(t.sum[:]) + " " + strconv.Quote(t.path) + "\n"
		if len(b)+len(line) > maxTrustedSize {
			break
		}
		b = append(b, line...)
	}
	return b
}
