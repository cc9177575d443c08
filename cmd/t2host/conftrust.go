package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/settings"
)

// trustFile shows what ./t2host.toml sets that needs the user's consent, and accepts it.
func (c *conf) trustFile(all []settings.Group) error {
	const file = settings.DefaultFile
	if c.settings != "" {
		return usagef("conf --trust: a file that -C names needs no consent")
	}
	read, err := settings.Read(file)
	if err != nil {
		return usagef("settings file %s: %v", file, cause.Of(err))
	}
	held, err := settings.Restricted(file, read.Bytes, all)
	if err != nil {
		return refused(err)
	}
	text := file + " has settings that need your consent:\n  " + strings.Join(held, "\n  ")
	if len(held) == 0 {
		text = file + " sets plain values only"
	}
	if _, err := fmt.Fprintln(c.stdout, text); err != nil {
		return err
	}
	if err := settings.Trust(os.Environ(), file, read.Bytes); err != nil {
		return fmt.Errorf("conf --trust: %w", err)
	}
	_, err = fmt.Fprintln(c.stdout, "it is accepted until it changes")
	return err
}

// remember accepts the settings file that conf wrote if the user had accepted all of its
// former content, since everything new is what the user has just set. Only a file that can be
// found by chance needs this.
func (c *conf) remember(all []settings.Group, file string, before *settings.Content, fresh []byte) error {
	if filepath.Base(file) != settings.DefaultFile {
		return nil
	}
	held, err := settings.Restricted(file, fresh, all)
	if err != nil {
		return err
	}
	trusted, err := settings.Trusted(os.Environ(), file, before.Bytes)
	if err == nil && !trusted {
		if len(held) == 0 {
			return nil
		}
		foreign, _ := settings.Restricted(file, before.Bytes, all) // it could be parsed, since it was edited
		if before.Unsafe != nil || len(foreign) > 0 {
			c.note("%s had settings that are not accepted: t2host conf --trust shows them (%d settings) and accepts them", file, len(held))
			return nil
		}
	}
	if err == nil {
		err = settings.Trust(os.Environ(), file, fresh)
	}
	if err != nil {
		c.note("%s is written, but cannot be remembered as yours: %v: run with -C %s", file, err, file)
	}
	return nil
}

func (c *conf) note(format string, args ...any) {
	fmt.Fprintf(c.stderr, "t2host: "+format+"\n", args...)
}
