package main

import (
	"errors"
	"fmt"
	"os"
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

// remember accepts the settings file that conf has changed, or tells the user why it is not.
func (c *conf) remember(all []settings.Group, file string, before *settings.Content, fresh []byte) {
	err := settings.Remember(os.Environ(), file, before, fresh, all)
	var foreign *settings.ForeignError
	switch {
	case errors.As(err, &foreign):
		c.note("%s had settings that are not accepted: t2host conf --trust shows them (%d settings) and accepts them", file, foreign.Held)
	case err != nil:
		c.note("%s is written, but cannot be remembered as yours: %v: run with -C %s", file, err, file)
	}
}

func (c *conf) note(format string, args ...any) {
	fmt.Fprintf(c.stderr, "t2host: "+format+"\n", args...)
}
