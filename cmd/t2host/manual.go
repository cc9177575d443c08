package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/host/version"
)

// manCommand returns the command that prints manual pages, made from the text of --help.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man [COMMAND]",
		Short: "print the manual page of t2host or of one of its commands: t2host man | man -l -",
		Args:  atMost(1, "man accepts at most one command"),
		RunE: func(cmd *cobra.Command, args []string) error {
			page := cmd.Root()
			if len(args) == 1 {
				if page = commandNamed(page, args[0]); page == nil {
					return usagef("unknown command %q%s", args[0], nearest.Hint(args[0], commandNames(cmd.Root())))
				}
			}
			return manual(cmd.OutOrStdout(), page)
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func commandNamed(root *cobra.Command, name string) *cobra.Command {
	for _, c := range commands(root)[1:] {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// manual writes a command's page in roff.
func manual(w io.Writer, cmd *cobra.Command) error {
	dashed := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	var b strings.Builder
	fmt.Fprintf(&b, "%% %s 1 \"\" \"t2host %s\" \"User Commands\"\n", strings.ToUpper(dashed), version.Number())
	fmt.Fprintf(&b, "# NAME\n%s - %s\n\n# SYNOPSIS\n%s\n# DESCRIPTION\n%s\n", dashed, cmd.Short, fenced(cmd.UseLine()), prose(cmd, "# "))
	if text := flagList(cmd); text != "" {
		fmt.Fprintf(&b, "# OPTIONS\n%s\n", text)
	}
	b.WriteString("# SEE ALSO\n")
	var others []string
	for _, c := range commands(cmd.Root()) {
		if c != cmd {
			others = append(others, "**"+strings.ReplaceAll(c.CommandPath(), " ", "-")+"**(1)")
		}
	}
	b.WriteString(strings.Join(others, ", ") + "\n")
	_, err := w.Write(md2man.Render([]byte(b.String())))
	return err
}

var section = regexp.MustCompile(`^([A-Z][a-z ]+):$`)

// prose returns a command's long text in Markdown: indented lines as code, a word with a colon
// as a heading.
func prose(cmd *cobra.Command, heading string) string {
	text := cmd.Long
	if text == "" {
		text = strings.ToUpper(cmd.Short[:1]) + cmd.Short[1:] + "."
	}
	var b strings.Builder
	code := false
	for line := range strings.Lines(strings.TrimSuffix(text, "\n") + "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != code {
			b.WriteString("```\n")
			code = indented
		}
		if m := section.FindStringSubmatch(strings.TrimSpace(line)); m != nil && !indented {
			title := m[1]
			if heading == "# " { // a manual page's
				title = strings.ToUpper(title)
			}
			line = heading + title + "\n\n"
		}
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	if code {
		b.WriteString("```\n")
	}
	return b.String()
}

func fenced(text string) string { return "```\n" + text + "\n```\n" }

// flagNames returns how a flag is written: -r, --pcap FILE.
func flagNames(f *pflag.Flag) string {
	value, _ := pflag.UnquoteUsage(f)
	text := "--" + f.Name
	if f.Shorthand != "" {
		text = "-" + f.Shorthand + ", " + text
	}
	if value != "" {
		text += " " + value
	}
	return text
}

func eachFlag(cmd *cobra.Command, do func(names, usage string)) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, usage := pflag.UnquoteUsage(f); !f.Hidden {
			do(flagNames(f), usage)
		}
	})
}

func flagList(cmd *cobra.Command) string {
	var b strings.Builder
	eachFlag(cmd, func(names, usage string) { fmt.Fprintf(&b, "**%s**\n\n:   %s\n\n", names, usage) })
	return b.String()
}
