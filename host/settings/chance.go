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

// A settings file that was not named was found by chance and may be anyone's. It sets plain
// values only, unless the user has accepted it.

// plain reports whether a file found by chance may set a setting to this text. It may set
// nothing that is not listed here.
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

// namesPath reports whether a list of plugins contains a path: names have none of these
// characters.
func namesPath(text string) bool { return strings.ContainsAny(text, `/\.`) }

// chance is a settings file that was not named and that its user has not accepted.
type chance struct {
	list error // why the list of accepted files cannot be read
}

// chanceOf returns nil if the content of DefaultFile counts as named. It returns an error if
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

// refuse returns the error for a key whose value is not plain.
func (c *chance) refuse(key string) error {
	if c.list != nil { // the file might be listed there
		return c.list
	}
	return fmt.Errorf("%s needs your consent in a settings file that was not named: run with -C ./%s, or use t2host conf --trust to review and accept it", key, DefaultFile)
}

// Content is a settings file that was read once.
type Content struct {
	Bytes  []byte
	Mode   fs.FileMode // permissions
	Unsafe error       // why others can change it; nil if they cannot
}

// maxFile bounds a settings file.
const maxFile = 1 << 20

// Read reads a settings file. Its permissions and content are read through one descriptor, so
// that they belong to the same file.
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
		return nil, &os.PathError{Op: "read", Path: f.Name(), Err: errors.New("is not a file")}
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

// Restricted returns what a settings file sets although a file found by chance must not, as
// lines KEY = VALUE. Settings of unknown groups are among them.
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

// keyShown returns a key, in quotes if it holds characters that a terminal would act on.
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
