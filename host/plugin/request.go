package plugin

import (
	"fmt"
	"regexp"
	"strings"
)

// Request asks for a plugin: a word of -p.
type Request struct {
	Name     string  // of the plugin; empty if Path is set
	Versions string  // in which it is wanted, as NAME@VERSIONS; empty: any
	Path     string  // of a module or an executable, which may hold several plugins
	Runtime  Runtime // empty: any
}

// ParseRequest parses NAME, NAME@VERSIONS, PATH, each with :RUNTIME or without. A path has a slash or ends
// with .wasm. Before a name may be the number that T2 has there.
func ParseRequest(word string) (Request, error) {
	word = strings.TrimSpace(word)
	file := Request{Path: word}
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		if r, err := RuntimeNamed(word[i+1:]); err == nil {
			file = Request{Path: word[:i], Runtime: r}
		}
	}
	if strings.ContainsAny(file.Path, `/\`) || strings.HasSuffix(file.Path, ".wasm") {
		return file, nil
	}
	name, runtime, ok := strings.Cut(Unnumbered(word), ":")
	if name == "" {
		return Request{}, fmt.Errorf("plugin %q has no name: -p expects names, separated by commas", word)
	}
	name, versions, named := strings.Cut(name, "@")
	if named && versions == "" || name == "" {
		return Request{}, fmt.Errorf("plugin %q: a name, @ and a version are expected, such as tcpwin@1.2", word)
	}
	if !ok {
		return Request{Name: name, Versions: versions}, nil
	}
	r, err := RuntimeNamed(runtime)
	if err != nil {
		return Request{}, fmt.Errorf("plugin %s: %w", name, err)
	}
	return Request{Name: name, Versions: versions, Runtime: r}, nil
}

// ParseRequests parses words as ParseRequest does.
func ParseRequests(words []string) ([]Request, error) {
	var list []Request
	for _, word := range words {
		q, err := ParseRequest(word)
		if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// t2File matches a plugin as T2 has it in its folder and its lists: 950_tcpWinSink.so.
var t2File = regexp.MustCompile(`^\d{3}_([^:.]+)(?:\.so)?(:.*)?$`)

// Unnumbered returns a plugin's name without the number that T2 has before it.
func Unnumbered(name string) string { return t2File.ReplaceAllString(name, "$1$2") }

// Describe asks the artefacts that are requested by path what they hold. It returns the
// catalogue with their plugins, before found and instead of those of the same name, and the
// requests by name.
func Describe(k Carrier, found []*Artefact, requests []Request) (catalogue []*Artefact, named []Request, err error) {
	own := map[string]*Artefact{}
	for _, q := range requests {
		if q.Path == "" {
			named = append(named, q)
			continue
		}
		if err := CheckPath(q.Path); err != nil {
			return nil, nil, err
		}
		list, err := k.Describe(q.Path)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range list {
			if other, ok := own[Key(a.Name)]; ok {
				return nil, nil, fmt.Errorf("plugin %s is named twice: %s and %s both hold it", a.Name, other.From, q.Path)
			}
			own[Key(a.Name)] = a
			catalogue = append(catalogue, a)
			named = append(named, Request{Name: a.Name, Runtime: q.Runtime})
		}
	}
	for _, a := range found {
		if first, ok := own[Key(a.Name)]; ok {
			first.Replaces = a
			continue
		}
		catalogue = append(catalogue, a)
	}
	catalogue, err = Pick(catalogue, named)
	return catalogue, named, err
}
