package plugin

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The kinds of what a plugin may need and the user may grant.
const (
	children = "children"
	network  = "net"
	reading  = "read"
)

// Grant is what a plugin in a process gets beyond what every plugin has.
type Grant struct {
	Children bool     // it may start processes
	Peers    []string // HOST:PORT of TCP peers that it may connect to
	Read     []string // absolute paths of files and folders that it may read
}

// Add adds one word of --grant, such as net:db:5432. Its form is that of a need, but a peer or
// a path is not left open.
func (g *Grant) Add(word string) error {
	kind, what, named := strings.Cut(word, ":")
	switch {
	case word == children:
		g.Children = true
	case kind == network && named:
		host, port, err := net.SplitHostPort(what)
		if n, numErr := strconv.ParseUint(port, 10, 16); err != nil || numErr != nil || n == 0 || host == "" {
			return fmt.Errorf("%s is not net:HOST:PORT, with a port from 1 to 65535", word)
		}
		g.Peers = append(g.Peers, what)
	case kind == reading && named:
		if !filepath.IsAbs(what) {
			return fmt.Errorf("%s is not read:/PATH: the path must be absolute", word)
		}
		g.Read = append(g.Read, filepath.Clean(what))
	default:
		return fmt.Errorf("%s is none of children, net:HOST:PORT and read:/PATH", word)
	}
	return nil
}

// words returns the grant as words of --grant.
func (g *Grant) words() []string {
	var list []string
	if g.Children {
		list = append(list, children)
	}
	for _, peer := range g.Peers {
		list = append(list, network+":"+peer)
	}
	for _, path := range g.Read {
		list = append(list, reading+":"+path)
	}
	return list
}

// Check returns an error if a plugin with these needs is granted less than it needs, or what it
// does not need.
func (g *Grant) Check(name string, needs []string) error {
	words := g.words()
	var missing []string
	for _, need := range needs {
		if !slices.ContainsFunc(words, func(word string) bool { return meets(word, need) }) {
			missing = append(missing, need)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("plugin %s needs %s: --grant %s=%s allows it", name, strings.Join(missing, " and "), name, Grantable(missing...))
	}
	for _, word := range words {
		if !slices.ContainsFunc(needs, func(need string) bool { return meets(word, need) }) {
			return fmt.Errorf("--grant %s=%s: the plugin does not ask for it: %s", name, word, asks(needs))
		}
	}
	return nil
}

// meets reports whether a granted word meets a need.
func meets(word, need string) bool {
	if need == network || need == reading {
		return strings.HasPrefix(word, need+":")
	}
	kind, path, _ := strings.Cut(need, ":")
	return word == need || kind == reading && word == reading+":"+filepath.Clean(path)
}

// Grantable returns what --grant requires for needs, with places for what the user chooses.
func Grantable(needs ...string) string {
	list := slices.Clone(needs)
	for i, need := range list {
		switch need {
		case network:
			list[i] = "net:HOST:PORT"
		case reading:
			list[i] = "read:/PATH"
		}
	}
	return strings.Join(list, ",")
}

func asks(needs []string) string {
	if len(needs) == 0 {
		return "it asks for nothing"
	}
	return "it asks for " + strings.Join(needs, ", ")
}

// errSandboxed is the error for a plugin with needs that would run where nobody can have them.
var errSandboxed = errors.New("only a process can be granted that")

// CheckNeeds returns an error if the plugin needs something that it does not get in a runtime,
// or with a grant.
func (a *Artefact) CheckNeeds(r Runtime, g Grant) error {
	if r == Process && !a.BuiltIn {
		return g.Check(a.Name, a.Needs)
	}
	if len(a.Needs) > 0 && r != Inproc {
		return fmt.Errorf("plugin %s needs %s and would run as %s: %w: -p %s:process", a.Name, strings.Join(a.Needs, " and "), r, errSandboxed, a.Name)
	}
	if words := g.words(); len(words) > 0 {
		return fmt.Errorf("--grant %s=%s: the plugin runs as %s, where it has no use: -p %s:process", a.Name, words[0], r, a.Name)
	}
	return nil
}
