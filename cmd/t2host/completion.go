package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk/setting"
)

const completionLong = `t2host completion prints a shell's completion: commands, flags, plugins, settings and their values.

  bash   source <(t2host completion bash)                in ~/.bashrc; needs the package bash-completion
  zsh    source <(t2host completion zsh)                 in ~/.zshrc, after compinit
  fish   t2host completion fish | source                 in ~/.config/fish/config.fish`

var shells = []string{"bash", "zsh", "fish"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash | zsh | fish",
		Short:     "print the completion of a shell",
		Long:      completionLong,
		Args:      exactly(1, "completion requires a shell: bash, zsh or fish"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, w := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				// With descriptions it compares a list with its commas escaped, and finds nothing.
				return root.GenBashCompletionV2(w, false)
			case "zsh":
				return root.GenZshCompletion(w)
			case "fish":
				return root.GenFishCompletion(w, true)
			}
			return usagef("completion: unknown shell %s: bash, zsh or fish", args[0])
		},
	}
}

// completions sets the completions of the flags and words of each command.
func (o *options) completions(root *cobra.Command) {
	captures := []string{"pcap", "pcapng", "cap", "gz", "zst"}
	for _, cmd := range append(root.Commands(), root) {
		complete := func(flag string, f cobra.CompletionFunc) {
			if cmd.Flags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, f) // fails only for a flag that does not exist
			}
		}
		complete("plugins", listOf(o.runnable))
		complete("requires", listOf(func(string) []word { return o.pluginNames() }))
		complete("set", o.settingWords)
		complete("runtime", words("wasm", "worker", "process", "inproc"))
		complete("trust", plain(o.pluginNames))
		complete("pin", followed(o.pluginNames))
		complete("grant", followed(o.pluginNames))
		complete("record", followed(o.pluginNames))
		complete("define", o.keyWords)
		complete("get", o.keyNames)
		for flag, ends := range map[string][]string{"pcap": captures, "settings": {"toml"}} {
			if cmd.Flags().Lookup(flag) != nil {
				_ = cmd.MarkFlagFilename(flag, ends...)
			}
		}
		if cmd.Flags().Lookup("plugin-folder") != nil {
			_ = cmd.MarkFlagDirname("plugin-folder")
		}
		switch cmd.Name() {
		case "conf":
			cmd.ValidArgsFunction = plain(o.groupNames)
		case "plugins", "uninstall":
			cmd.ValidArgsFunction = plain(o.pluginNames)
		}
	}
}

// word is a completion and its description.
type word struct{ text, doc string }

func words(list ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// offered returns the words that begin with what was typed, each after head.
func offered(list []word, head, typed string) []cobra.Completion {
	var out []cobra.Completion
	for _, w := range list {
		if printable.Line(w.text) != w.text {
			continue // it could not be typed either
		}
		if strings.HasPrefix(strings.ToLower(w.text), strings.ToLower(typed)) {
			out = append(out, cobra.CompletionWithDesc(head+w.text, printable.Line(w.doc)))
		}
	}
	return out
}

func plain(list func() []word) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return offered(list(), "", typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// listOf completes the last element of a list with commas.
func listOf(list func(typed string) []word) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		head := typed[:strings.LastIndexByte(typed, ',')+1]
		typed = typed[len(head):]
		return offered(list(typed), head, typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// followed completes NAME=.
func followed(list func() []word) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if strings.Contains(typed, "=") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var named []word
		for _, w := range list() {
			named = append(named, word{w.text + "=", w.doc})
		}
		return offered(named, "", typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// catalogue returns all plugins that can be loaded, without asking artefacts.
func (o *options) catalogue() []*plugin.Artefact {
	found, err := o.search()
	if err != nil {
		return nil // a completion has no place for an error
	}
	plugin.Sort(found.Catalogue)
	return found.Catalogue
}

func (o *options) pluginNames() []word {
	var list []word
	for _, a := range o.catalogue() {
		list = append(list, word{a.Name, a.Doc})
	}
	return list
}

// runnable returns the plugins, with their runtimes if a colon was typed.
func (o *options) runnable(typed string) []word {
	if !strings.Contains(typed, ":") {
		return o.pluginNames()
	}
	var list []word
	for _, a := range o.catalogue() {
		for _, f := range forms(a) {
			list = append(list, word{a.Name + ":" + f, a.Doc})
		}
	}
	return list
}

func (o *options) groupNames() []word {
	var list []word
	for _, g := range host.OwnGroups() {
		if g.Name != "" {
			list = append(list, word{g.Name, "settings of t2host"})
		}
	}
	return append(list, o.pluginNames()...)
}

// settingWords completes GROUP.KEY=VALUE.
func (o *options) settingWords(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return assignments(new(settings.Values).List(host.Groups(o.catalogue())), (*settings.Listed).Key, typed)
}

// keyWords completes -D: KEY=VALUE after the name of a plugin, else GROUP.KEY=VALUE.
func (o *options) keyWords(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	list, name := o.keysOf(args)
	return assignments(list, name, typed)
}

// keyNames completes -G.
func (o *options) keyNames(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []word
	list, name := o.keysOf(args)
	for _, l := range list {
		names = append(names, word{name(&l), l.Doc})
	}
	return offered(names, "", typed), cobra.ShellCompDirectiveNoFileComp
}

// keysOf returns the settings of the group that was named, or of all groups, and how they are
// called there.
func (o *options) keysOf(args []string) ([]settings.Listed, func(*settings.Listed) string) {
	all := host.Groups(o.catalogue())
	if len(args) == 1 {
		if g, err := settings.Named(all, args[0]); err == nil {
			return new(settings.Values).List([]settings.Group{g}), func(l *settings.Listed) string { return l.Name }
		}
	}
	return new(settings.Values).List(all), (*settings.Listed).Key
}

// assignments completes KEY=, and the value after it.
func assignments(list []settings.Listed, name func(*settings.Listed) string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const more = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	key, value, assigned := strings.Cut(typed, "=")
	var keys []word
	for _, l := range list {
		if assigned && strings.EqualFold(name(&l), key) {
			return offered(values(&l), key+"=", value), cobra.ShellCompDirectiveNoFileComp
		}
		keys = append(keys, word{name(&l) + "=", l.Doc})
	}
	return offered(keys, "", typed), more
}

// values returns the values of a setting that can be listed, its default first.
func values(l *settings.Listed) []word {
	texts := []string{l.Default}
	switch l.Kind {
	case setting.Bool:
		texts = append(texts, "true", "false")
	case setting.Choice:
		texts = append(texts, l.Choices...)
	}
	var list []word
	for i, text := range texts {
		if i == 0 {
			list = append(list, word{text, "the default"})
		} else if text != l.Default {
			list = append(list, word{text, ""})
		}
	}
	return list
}
