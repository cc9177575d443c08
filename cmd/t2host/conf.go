package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// conf is what the user wants to see or change of the settings.
type conf struct {
	*options
	define, get                    []string
	reset, generate, check, asJSON bool
	all                            bool
	trustIt                        bool
	found                          []*plugin.Artefact // by groups
}

const confLong = `t2host conf lists settings: of t2host (flow, capture, batch, output, runtime) and of all plugins, or of those that are named.

  t2host conf                              all settings, their values, and where these come from
  t2host conf tcpwin                       those of one plugin
  t2host conf tcpwin -D threshold=1000     write one into the settings file; -D threshold=default removes it
  t2host conf tcpwin -G threshold          print one
  t2host conf tcpwin --reset               back to the defaults; without a name: all settings
  t2host conf -g                           write a settings file with everything in it; -g FILE, - for standard output
  t2host conf --check                      check all settings
  t2host conf --trust                      show which settings of ./t2host.toml need your consent, and accept them

The settings file is t2host.toml in the current folder, or the one that -C names. An environment variable such as
T2HOST_TCPWIN__THRESHOLD comes before it, and --set before both.`

// confCommand returns the command that shows settings and edits the settings file.
func confCommand(o *options) *cobra.Command {
	c := &conf{options: o}
	cmd := &cobra.Command{
		Use:   "conf [NAME...]",
		Short: "list settings, or change them in the settings file",
		Long:  confLong,
		RunE:  func(_ *cobra.Command, args []string) error { return c.run(args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVarP(&c.define, "define", "D", nil, "write a setting into the settings file: `KEY=VALUE`, or PLUGIN.KEY=VALUE; the value default removes it")
	f.StringArrayVarP(&c.get, "get", "G", nil, "print the setting `KEY`, or PLUGIN.KEY")
	f.BoolVarP(&c.all, "all", "a", false, "of t2host and of all plugins, as without a name")
	f.BoolVar(&c.reset, "reset", false, "remove the settings from the settings file; the list of plugins stays")
	f.BoolVarP(&c.generate, "generate", "g", false, "write a settings file with everything in it, to the word that has a dot or is -, else to the one that -C names")
	f.BoolVar(&c.check, "check", false, "check all settings")
	f.BoolVar(&c.trustIt, "trust", false, "show what ./"+settings.DefaultFile+" sets that needs your consent, and accept it until it changes")
	f.StringVarP(&o.settings, "settings", "C", "", "the settings `FILE` (default: "+settings.DefaultFile+")")
	f.StringArrayVar(&o.sets, "set", nil, "as if it were set in a run: `PLUGIN.KEY=VALUE`")
	f.BoolVar(&c.asJSON, "json", false, "list as JSON")
	folderFlag(cmd, o)
	return cmd
}

func (c *conf) run(words []string) error {
	jobs := 0
	for _, on := range []bool{len(c.define) > 0, len(c.get) > 0, c.reset, c.generate, c.check, c.trustIt} {
		if on {
			jobs++
		}
	}
	if jobs > 1 {
		return usagef("conf: -D, -G, --reset, -g, --check and --trust exclude each other")
	}
	if c.all && len(words) > 0 {
		return usagef("conf -a lists all plugins: use it alone, or name plugins")
	}
	file := c.file()
	if len(words) == 2 && jobs == 0 && c.isKey(words[0], words[1]) {
		c.get, words = words[1:], words[:1]
	}
	if c.generate {
		file, words = generated(file, words)
	}
	all, named, err := c.groups(words)
	if err != nil {
		return err
	}
	switch {
	case len(c.define) > 0:
		return c.change(all, named, c.define)
	case c.reset:
		return c.resetAll(all, named, len(words) == 0)
	case c.trustIt:
		return c.trustFile(all)
	}
	return c.read(all, named, file)
}

// isKey reports whether the second word of `conf PLUGIN KEY` is a key, and no name of a group.
func (c *conf) isKey(group, key string) bool {
	all, named, err := c.groups([]string{group})
	if err != nil || len(named) != 1 {
		return false // the error comes again
	}
	if _, err := settings.Named(all, key); err == nil {
		return false
	}
	q, err := plugin.ParseRequest(key)
	return err == nil && q.Path == ""
}

// file returns the settings file that conf edits.
func (c *conf) file() string {
	if c.settings != "" {
		return c.settings
	}
	return settings.DefaultFile
}

// generated returns the file among the words of conf -g: names of plugins have no dot.
func generated(file string, words []string) (string, []string) {
	var names []string
	for _, w := range words {
		if q, _ := plugin.ParseRequest(w); q.Path == "" && (w == "-" || strings.Contains(w, ".")) {
			file = w
		} else {
			names = append(names, w)
		}
	}
	return file, names
}

// groups returns all groups, and those that the words name, or all if there are no words. A
// word is a part of t2host, a plugin, or a plugin's path.
func (c *conf) groups(words []string) (all, named []settings.Group, err error) {
	own := host.OwnGroups()
	var plugins []string
	for _, w := range words {
		if _, err := settings.Named(own, w); err != nil {
			plugins = append(plugins, w)
		}
	}
	catalogue, requested, err := c.described(plugins)
	if err != nil {
		return nil, nil, err
	}
	plugin.Sort(catalogue)
	c.found = catalogue
	all = host.Groups(catalogue)
	if len(words) == 0 {
		return all, all, nil
	}
	for _, w := range words {
		if i := slices.Index(plugins, w); i >= 0 {
			w = requested[i].Name
		}
		g, err := settings.Named(all, w)
		if err != nil {
			return nil, nil, &host.UsageError{Err: err}
		}
		named = append(named, g)
	}
	return all, named, nil
}

// read does what changes no setting. It also lists values that a run would refuse.
func (c *conf) read(all, named []settings.Group, file string) error {
	from := c.settings
	if _, err := os.Stat(file); c.generate && from == file && errors.Is(err, fs.ErrNotExist) {
		from = os.DevNull // it is about to be made
	}
	values, err := settings.Load(from, os.Environ(), c.sets)
	if err != nil {
		return refused(err)
	}
	problems := refused(host.CheckSettings(values, all, drivers()))
	list := values.List(named)
	switch {
	case len(c.get) > 0:
		return c.print(values, named)
	case (c.check || c.generate) && problems != nil:
		return problems
	case c.check:
		if err := refused(c.checkTargets(values)); err != nil {
			return err
		}
		return c.sayAllWell(values.List(all))
	case c.generate:
		return c.write(all, file, list)
	case c.asJSON:
		return errors.Join(listSettingsJSON(c.stdout, list), problems)
	}
	if err := errors.Join(listSettings(c.stdout, list), problems); err != nil || len(named) == len(all) {
		return err
	}
	return c.showMemory(values, named)
}

// showMemory tells how much memory plugins may use. What they did use is in the report of a run (-v).
func (c *conf) showMemory(values *settings.Values, named []settings.Group) error {
	for _, g := range named {
		a, err := plugin.Named(c.found, g.Name)
		if err != nil {
			continue // it is a part of t2host
		}
		bytes, flows, err := host.Granted(values, a.Plugin)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s may use %d MiB of memory", a.Name, bytes>>20)
		if a.State > 0 {
			text += fmt.Sprintf(", with %d bytes for each of %d live flows", a.State, flows)
		}
		if _, err := fmt.Fprintln(c.stdout, text); err != nil {
			return err
		}
	}
	return nil
}

// checkTargets returns an error if the rows of a run with the file's plugins cannot go where it says.
func (c *conf) checkTargets(values *settings.Values) error {
	words := values.Plugins
	if len(words) == 0 && len(values.To) > 0 {
		words = strings.Split(defaultRecord, ",")
	}
	catalogue, requests, err := c.described(words)
	if err != nil {
		return err
	}
	return host.CheckTargets(values, catalogue, requests, drivers())
}

func (c *conf) sayAllWell(list []settings.Listed) error {
	from := map[settings.Source]int{}
	for _, l := range list {
		from[l.Source]++
	}
	_, err := fmt.Fprintf(c.stdout, "%d settings, all valid: %d from the settings file, %d from the environment\n",
		len(list), from[settings.File], from[settings.Environment])
	return err
}

// refused makes err an error of the user's; nil stays nil.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return &host.UsageError{Err: err}
}

// print prints settings as lines of TOML: like T2's t2conf -G, and as in the settings file.
func (c *conf) print(values *settings.Values, named []settings.Group) error {
	for _, word := range c.get {
		key, err := c.ours("-G", word)
		if err != nil {
			return err
		}
		g, s, err := settings.Find(named, key)
		if err != nil {
			return usagef("conf -G %s: %v", word, err)
		}
		l := values.List([]settings.Group{{Name: g.Name, Settings: []sdk.Setting{*s}}})[0]
		literal, err := settings.Literal(g.Name, s, l.Text)
		if err != nil { // a value that the setting does not accept
			literal = printable.Line(l.Text)
		}
		if _, err := fmt.Fprintf(c.stdout, "%s = %s\n", s.Name, literal); err != nil {
			return err
		}
	}
	return nil
}

// write creates a settings file; it does not touch an existing one.
func (c *conf) write(all []settings.Group, file string, list []settings.Listed) error {
	text, err := settings.Template(list)
	if err != nil {
		return err
	}
	if file == "-" {
		_, err := c.stdout.Write(text)
		return err
	}
	err = aside.CreateFile(file, text, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usagef("conf -g: %s already exists: name another file (t2host conf -g FILE), or - for standard output", file)
	case err != nil:
		return fmt.Errorf("conf -g: %s: %w", file, cause.Of(err))
	}
	c.remember(all, file, &settings.Content{}, text)
	_, err = fmt.Fprintf(c.stdout, "%s has %d settings; each default is commented out with a #\n", file, len(list))
	return err
}

func listSettings(w io.Writer, list []settings.Listed) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tFROM\tUNIT\tACCEPTS\tMEANING")
	for _, l := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Key(), cmp.Or(printable.Line(l.Text), `""`), printable.Line(l.From()), cmp.Or(l.Unit, "-"), l.Range(), printable.Line(l.Doc))
	}
	return t.Flush()
}

func listSettingsJSON(w io.Writer, list []settings.Listed) error {
	type entry struct {
		Setting string   `json:"setting"`
		Value   string   `json:"value"`
		Default string   `json:"default"`
		Source  string   `json:"source"`
		Origin  string   `json:"origin,omitempty"`
		Kind    string   `json:"kind"`
		Unit    string   `json:"unit,omitempty"`
		Min     *uint64  `json:"min,omitempty"`
		Max     *uint64  `json:"max,omitempty"`
		Choices []string `json:"choices,omitempty"`
		Doc     string   `json:"doc"`
	}
	entries := []entry{}
	for _, l := range list {
		e := entry{l.Key(), l.Text, l.Default, string(l.Source), l.Origin, l.Kind.String(), l.Unit, nil, nil, l.Choices, l.Doc}
		if l.Kind == setting.Uint {
			e.Min, e.Max = &l.Min, &l.Max
		}
		entries = append(entries, e)
	}
	return writeJSON(w, entries)
}
