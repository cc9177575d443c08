package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/owned"
	"github.com/t2host/t2host/host/xdg"
)

// Standing returns the settings files that are read wherever t2host is called, if they exist: that of the machine, and that of the user, in
// the configuration folder of the XDG specification.
func Standing(environ []string) []string {
	var list []string
	if runtime.GOOS != "windows" {
		list = append(list, "/etc/t2host/"+DefaultFile)
	}
	if config := xdg.Folder(lookup(environ), "XDG_CONFIG_HOME", ".config"); config != "" {
		list = append(list, filepath.Join(config, "t2host", DefaultFile))
	}
	return list
}

// lookup returns what reads a variable of an environment (KEY=VALUE).
func lookup(environ []string) func(string) string {
	return func(variable string) (value string) {
		for _, e := range environ {
			if name, text, _ := strings.Cut(e, "="); name == variable {
				value = text
			}
		}
		return value
	}
}

// readStanding reads a settings file of the machine or of the user, which counts as named. Nobody else may be able to write it.
func (v *Values) readStanding(path string) error {
	f, err := owned.Open(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) && !strings.HasPrefix(path, "/etc/") {
		return nil // a service's HOME may be /dev/null, and another user's may be closed
	}
	if err != nil {
		return fmt.Errorf("settings file %w, or run with -C FILE", err)
	}
	defer f.Close()
	c, err := readOpen(f)
	if err != nil {
		return fmt.Errorf("settings file %s: %w", path, cause.Of(err))
	}
	one := &Values{set: map[string]map[string]value{}}
	if err := one.parse(path, c.Bytes); err != nil {
		return err
	}
	v.add(one)
	return nil
}
