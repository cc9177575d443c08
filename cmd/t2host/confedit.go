package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// change writes KEY=VALUE words into the settings file: all of them, or none.
func (c *conf) change(all, named []settings.Group, words []string) error {
	var changes []settings.Change
	for _, w := range words {
		key, text, ok := strings.Cut(w, "=")
		if !ok || key == "" {
			return usagef("conf -D %s: expected KEY=VALUE", w)
		}
		word := key
		key, err := c.ours("-D", word)
		if err != nil {
			return err
		}
		if len(named) != 1 && !strings.Contains(key, ".") && key != settings.PluginsKey {
			return usagef("conf -D %s: of which plugin? t2host conf PLUGIN -D %s, or -D PLUGIN.%s", w, w, w)
		}
		groups := named
		if key == settings.PluginsKey {
			groups = all
		}
		g, s, err := settings.Find(groups, key)
		if err != nil {
			return usagef("conf -D %s: %v", w, err)
		}
		if key != word {
			text = switched(s, text)
		}
		ch := settings.Change{Group: g.Name, Key: s.Name}
		if text != "default" || s.Kind == setting.Choice && s.Check(text) == nil {
			if err := c.accept(all, g, s, text); err != nil {
				return usagef("conf -D %s: %v", w, err)
			}
			if ch.Literal, err = settings.Literal(g.Name, s, text); err != nil {
				return usagef("conf -D %s: %v", w, err)
			}
		}
		changes = append(changes, ch)
	}
	return c.edit(all, changes)
}

// accept returns why a setting does not accept a value.
func (c *conf) accept(all []settings.Group, g settings.Group, s *sdk.Setting, text string) error {
	if err := host.CheckValue(g, s, text, drivers()); err != nil {
		return err
	}
	if g.Name != "" {
		return nil
	}
	plugins := all[len(host.OwnGroups()):]
	for word := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(word) == "" {
			continue
		}
		q, err := plugin.ParseRequest(word)
		if err == nil && q.Path == "" {
			_, err = settings.Named(plugins, q.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resetAll removes the groups' settings from the file, or all settings, also those of unknown
// groups. The list of plugins stays: it has no default.
func (c *conf) resetAll(groups, named []settings.Group, all bool) error {
	file := c.file()
	if _, err := os.Stat(file); c.settings == "" && errors.Is(err, fs.ErrNotExist) {
		file = os.DevNull
	}
	values, err := settings.Load(file, nil, nil)
	if err != nil {
		return refused(err)
	}
	var changes []settings.Change
	for _, ch := range values.InFile() {
		if _, err := settings.Named(named, ch.Group); ch.Group != "" && (all || err == nil) {
			changes = append(changes, ch)
		}
	}
	if err := c.edit(groups, changes); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "back to their defaults: %d settings\n", len(changes))
	return err
}

// edit changes the settings file, in one step.
func (c *conf) edit(all []settings.Group, changes []settings.Change) error {
	r, err := settings.Rewrite(c.file(), changes)
	var content *settings.ContentError
	switch {
	case errors.As(err, &content):
		return refused(err)
	case err != nil || len(r.Changes) == 0:
		return err
	}
	c.remember(all, c.file(), r.Before, r.Bytes)
	for _, ch := range r.Changes {
		name := "T2HOST_" + strings.ToUpper(ch.Group) + "__" + strings.ToUpper(ch.Key)
		if _, ok := os.LookupEnv(name); ok && ch.Group != "" {
			c.note("%s in the environment comes before the file", name)
		}
	}
	return nil
}
