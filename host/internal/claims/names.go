package claims

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Names are names of files in one folder: a stem and an end, perhaps with a number between
// them.
type Names struct {
	dir, stem, end string // dir is empty or ends with a separator
	folder         fs.FileInfo
	numbered       bool
	first          int // the lowest number
}

// Exactly returns the names of paths.
func Exactly(paths ...string) []Names {
	var list []Names
	for _, path := range paths {
		list = append(list, namesOf(path, "", false, 0))
	}
	return list
}

// Numbered returns the names that are path, a number from first up, and end.
func Numbered(path, end string, first int) Names { return namesOf(path, end, true, first) }

func namesOf(path, end string, numbered bool, first int) Names {
	n := Names{end: end, numbered: numbered, first: first}
	n.dir, n.stem = filepath.Split(path)
	n.folder, _ = os.Stat(n.inDir())
	return n
}

func (n *Names) inDir() string {
	if n.dir == "" {
		return "."
	}
	return n.dir
}

// path returns one of the names, with its folder.
func (n *Names) path() string {
	if n.numbered {
		return n.dir + n.stem + strconv.Itoa(n.first) + n.end
	}
	return n.dir + n.stem + n.end
}

// match reports whether base is one of the names.
func (n *Names) match(base string) bool {
	if !n.numbered {
		return base == n.stem+n.end
	}
	number, ok := strings.CutPrefix(base, n.stem)
	number, ok2 := strings.CutSuffix(number, n.end)
	i, err := strconv.Atoi(number)
	return ok && ok2 && err == nil && i >= n.first && number == strconv.Itoa(i)
}

// meets returns a path that both lists of names hold, or "".
func (n *Names) meets(m *Names) string {
	switch {
	case !n.sameFolder(m):
	case !n.numbered:
		if m.match(n.stem + n.end) {
			return n.path()
		}
	case !m.numbered:
		if n.match(m.stem + m.end) {
			return m.path()
		}
	case n.end == m.end: // else they differ: no end begins with a digit
		// x1 with 2 is x with 12.
		long, short := n, m
		if len(long.stem) < len(short.stem) {
			long, short = short, long
		}
		digits, ok := strings.CutPrefix(long.stem, short.stem)
		if ok && strings.Trim(digits, "0123456789") == "" && !strings.HasPrefix(digits, "0") {
			return long.path()
		}
	}
	return ""
}

func (n *Names) sameFolder(m *Names) bool {
	if n.folder != nil && m.folder != nil {
		return os.SameFile(n.folder, m.folder)
	}
	a, err := filepath.Abs(n.inDir())
	b, err2 := filepath.Abs(m.inDir())
	return err == nil && err2 == nil && a == b
}

// existing is a file that is there.
type existing struct {
	path string
	info fs.FileInfo // of what it leads to; nil where that is nothing
}

func (n *Names) existing() []existing {
	var list []existing
	add := func(path string) {
		if _, err := os.Lstat(path); err == nil {
			info, _ := os.Stat(path)
			list = append(list, existing{path, info})
		}
	}
	if !n.numbered {
		add(n.path())
		return list
	}
	entries, _ := os.ReadDir(n.inDir()) // opening a file returns what is wrong with the folder
	for _, e := range entries {
		if n.match(e.Name()) {
			add(n.dir + e.Name())
		}
	}
	return list
}
