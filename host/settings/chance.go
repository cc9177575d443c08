package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/t2host/t2host/host/internal/owned"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// A settings file that nobody named was found by chance: it may be anyone's. It sets plain
// values only, unless the user has accepted it.

// plain reports whether a file found by chance may set a setting to that text. What is not
// listed here it may not.
func plain(group string, s *sdk.Setting, text string) bool {
	if s == nil {
		return false
	}
	if group == "" {
		return s.Name == PluginsKey && !namesPath(text)
	}
	switch s.Kind {
	case setting.Uint, setting.Bool, setting.Text, setting.Choice:
		return true
	}
	return false
}

// namesPath reports whether a list of plugins holds a path: names have none of these letters.
func namesPath(text string) bool { return strings.ContainsAny(text, `/\.`) }

// chance is a file that nobody named and that its user has not accepted.
type chance struct {
	list error // why the list of accepted files cannot be read
}

// chanceOf judges what was read of DefaultFile: nil if it counts as named. Its error says why
// the file must not be used at all.
func chanceOf(c *Content, environ []string) (*chance, error) {
	named, err := Trusted(environ, DefaultFile, c.Bytes)
	switch {
	case named:
		return nil, nil
	case c.Unsafe != nil:
		return nil, fmt.Errorf("settings file %w, or run with -C ./%s", c.Unsafe, DefaultFile)
	}
	return &chance{err}, nil
}

// refuse is the error for a key that is not plain.
func (c *chance) refuse(key string) error {
	if c.list != nil { // it might be in there
		return c.list
	}
	return fmt.Errorf("%s is not for a settings file that nobody named: run with -C ./%s, or t2host conf --trust to look at it and accept it", key, DefaultFile)
}

// Content is a settings file that was read once.
type Content struct {
	Bytes  []byte
	Mode   fs.FileMode // permissions
	Unsafe error       // why others can change it; nil: they cannot
}

// maxFile bounds a settings file.
const maxFile = 1 << 20

// Read reads a settings file. What it leads to is judged and read by one descriptor, so that
// nothing can come between.
func Read(file string) (*Content, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would wait
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readOpen(f)
}

func readOpen(f *os.File) (*Content, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "read", Path: f.Name(), Err: errors.New("is no file")}
	}
	data, err := readBounded(f)
	return &Content{data, info.Mode().Perm(), owned.Check(f.Name(), info)}, err
}

func readBounded(f *os.File) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &os.PathError{Op: "read", Path: f.Name(), Err: fmt.Errorf("is longer than %d bytes", maxFile)}
	}
	return data, err
}

// Restricted returns what a settings file sets that a file found by chance may not, a line
// KEY = VALUE each. Settings that no group has are among it.
func Restricted(file string, content []byte, groups []Group) ([]string, error) {
	v := &Values{set: map[string]map[string]value{}}
	if err := v.parse(file, content); err != nil {
		return nil, err
	}
	var list []string
	for _, group := range slices.Sorted(maps.Keys(v.set)) {
		for _, key := range slices.Sorted(maps.Keys(v.set[group])) {
			var s *sdk.Setting
			for _, g := range groups {
				if strings.EqualFold(g.Name, group) {
					s = setting.Find(g.Settings, key)
				}
			}
			text := v.set[group][key].text
			switch {
			case plain(group, s, text):
			case group == "":
				list = append(list, keyShown(key)+" = ["+strings.Join(quotedAll(v.Plugins), ", ")+"]")
			default:
				list = append(list, keyShown(group)+"."+keyShown(key)+" = "+quoted(text))
			}
		}
	}
	return list, nil
}

// keyShown is a key, in quotes if it holds what a terminal would act on.
func keyShown(key string) string {
	if q := quoted(key); q != `"`+key+`"` {
		return q
	}
	return key
}

func quotedAll(words []string) []string {
	var list []string
	for _, w := range words {
		list = append(list, quoted(w))
	}
	return list
}
