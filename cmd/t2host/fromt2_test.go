package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/t2"
)

// ofT2sTools are the options of T2's tools, 0.9.3, as their manuals list them.
var ofT2sTools = map[string]string{
	"t2": `-i -r -R -D -w -W -l -m -s -p -b -e -f -x -c -P -M -F -V -h -B -S
		--pcap --pcap-list --input-regex --interface --logfile --monfile --packets --output-prefix --output-regex --plugin-list
		--cpu --pcapd --hash-factor --bpf-file --plugin-folder --sensor-id --snaplen --priority --rx-bufsize --mon-interval --version --help`,
	"t2plugin": "-c --create -m --minimal -s --sink -t --t2buf --cpp --c++ --rust -n --number -l --list -N -H -y --yes -h -? --help",
	"t2conf":   `-D -G -I -E -e --reset -a -g -C --patch --rpatch --dual --ip4 --ip6 -m --t2 --gui -L -S -s -r -0 -9 -q`,
	"t2build":  "-a -b -I -R --no-sink -r -f -c -d -P -O --lto -L -u -e -l -k -K -U -1 -X -i -p -y -B -D",
}

// TestT2Options: each option of T2's is one here, or is refused with what is here in its
// place.
func TestT2Options(t *testing.T) {
	root := newCommand(nil, io.Discard, io.Discard, newScreen(io.Discard))
	for _, cmd := range commands(root) {
		tool, ok := toolOf[cmd.Name()]
		if !ok {
			continue
		}
		known := map[string]bool{"-h": true, "--help": true}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name], known["-"+f.Shorthand] = true, true })
		for _, option := range strings.Fields(ofT2sTools[tool]) {
			answer := t2.Here(tool, option)
			if known[option] {
				if answer != "" && option != "-P" && option != "-f" { // -P PRIO and -f N are T2's, -P DIR and -f alone are ours
					t.Errorf("%s %s is refused, and %s has it", tool, option, cmd.Name())
				}
				continue
			}
			if answer == "" {
				t.Errorf("%s %s: neither a flag nor answered", tool, option)
				continue
			}
			args := []string{option}
			if cmd != root {
				args = []string{cmd.Name(), option}
			}
			var stderr strings.Builder
			code := run(args, nil, io.Discard, &stderr)
			if want := "t2host: " + t2.Answer(option, answer) + "\n"; code != exitUsage || stderr.String() != want {
				t.Errorf("t2host %s: exit code %d, want %d\n got %swant %s", strings.Join(args, " "), code, exitUsage, stderr.String(), want)
			}
		}
		checkAccepted(t, cmd, tool, known)
	}
}

// checkAccepted checks that options that the table lists as accepted are flags.
func checkAccepted(t *testing.T, cmd *cobra.Command, tool string, known map[string]bool) {
	t.Helper()
	for _, o := range t2.Options {
		for _, w := range o.Spellings() {
			if option := w[strings.LastIndexByte(w, ' ')+1:]; o.Tool == tool && o.Accepted && strings.HasPrefix(option, "-") && !known[option] {
				t.Errorf("%s %s is accepted by the table, and %s has no such flag", tool, option, cmd.Name())
			}
		}
	}
}

// TestT2Constants checks that the settings for constants exist, and no constant is in two
// rows.
func TestT2Constants(t *testing.T) {
	groups := host.Groups(builtIn())
	seen := map[string]bool{}
	for _, c := range t2.Constants {
		if _, _, err := settings.Find(groups, c.Setting); c.Setting != "" && err != nil {
			t.Errorf("%v: %v", c.Names, err)
		}
		for _, name := range c.Names {
			if seen[name] {
				t.Errorf("%s is in two rows", name)
			}
			seen[name] = true
		}
	}
}

// settingIn matches a setting with its value in the table of differences.
var settingIn = regexp.MustCompile("`([a-z0-9]+)\\.([a-z_]+)=([^`]+)`")

// TestT2Values: --t2 sets what the table of differences names to get T2's behaviour back, and
// nothing else; each is a setting that accepts the value.
func TestT2Values(t *testing.T) {
	page, err := os.ReadFile("../../docs/from-t2.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "\n## Differences in results\n")
	if !ok {
		t.Fatal("from-t2.md has no table of differences")
	}
	named := map[t2.Value]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, ""), "|")
		if len(cells) != 6 {
			continue
		}
		for _, m := range settingIn.FindAllStringSubmatch(cells[4], -1) {
			named[t2.Value{Group: m[1], Key: m[2], Value: m[3]}] = true
		}
	}
	groups := host.Groups(builtIn())
	for _, v := range t2.Values {
		if !named[v] {
			t.Errorf("%s.%s=%s is in no row of the table", v.Group, v.Key, v.Value)
		}
		delete(named, v)
		g, s, err := settings.Find(groups, v.Group+"."+v.Key)
		if err == nil {
			err = host.CheckValue(g, s, v.Value, drivers())
		}
		if err != nil {
			t.Errorf("%s.%s=%s: %v", v.Group, v.Key, v.Value, err)
		}
	}
	for v := range named {
		t.Errorf("--t2 does not set %s.%s=%s, which the table names", v.Group, v.Key, v.Value)
	}
}

// fromT2Tables returns the part of docs/from-t2.md that is made of the tables.
func fromT2Tables() string {
	var b strings.Builder
	head := func(title, left string) { fmt.Fprintf(&b, "\n## %s\n\n| %s | here |\n|---|---|\n", title, left) }
	row := func(words []string, cell string) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(words, "`, `"), cell)
	}

	head("Constants and their settings", "T2, compiled in")
	for _, c := range t2.Constants {
		row(c.Names, cell(c))
	}
	b.WriteString("\n`t2host conf` accepts the name of a constant that is one setting here, and shows which.\n")
	head("Options", "T2")
	for _, o := range t2.Options {
		if o.Tool == "t2" {
			row(o.Words, o.Here)
		}
	}
	head("Scripts", "T2")
	for _, t := range t2.Tools {
		cell := t.Here
		if t.Command != "" {
			cell = "`" + t.Command + "`"
		}
		row(t.Names, cell)
	}
	for _, o := range t2.Options {
		if o.Tool != "t2" {
			row(append([]string{o.Tool + " " + o.Words[0]}, o.Words[1:]...), o.Here)
		}
	}
	return b.String() + "\n"
}

// cell returns what the page shows beside the constants.
func cell(c t2.Constant) string {
	if c.Here == "" {
		return "`" + c.Setting + "`"
	}
	return c.Here
}
