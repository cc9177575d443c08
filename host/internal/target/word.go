// Package target turns the words of --to into what a run does: which rows and columns of which stream leave, in which format, to
// which place. Such a word is
//
//	tcpwin.lowWindows=json+tcp://127.0.0.1:5555?every=5s
package target

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Word is a parsed word of --to:
//
//	[STREAM=][FORMAT+]SCHEME:ADDRESS[?OPTIONS], [STREAM=][FORMAT:]PATH[?OPTIONS] or [STREAM=][FORMAT:]-[?OPTIONS]
//
// A word has a stream only if = comes before any ?, : or /. Options are NAME=VALUE with & between
// them and %XX for special characters; where= is the last one, and is what it is up to the end.
type Word struct {
	Text    string
	Stream  string // empty: that of the format
	Format  string // empty: that of the ending, or of the scheme
	Scheme  string // empty: Address is a path, or -
	Address string
	Options map[string]string
	Where   string
}

// Parse parses a word. It knows no format and no scheme.
func Parse(text string) (*Word, error) {
	w := &Word{Text: text, Options: map[string]string{}}
	rest := text
	if i := strings.IndexAny(rest, "=?:/"); i >= 0 && rest[i] == '=' {
		w.Stream, rest = rest[:i], rest[i+1:]
		if w.Stream == "" {
			return nil, fmt.Errorf("target %q: has no stream before =", text)
		}
	}
	rest, query, _ := strings.Cut(rest, "?")
	if err := w.options(query); err != nil {
		return nil, fmt.Errorf("target %q: %w", Shown(text), err)
	}
	scheme, address, ok := strings.Cut(rest, ":")
	if ok && isWord(strings.ReplaceAll(scheme, "+", "")) {
		if format, after, both := strings.Cut(scheme, "+"); both {
			w.Format, scheme = format, after
		}
		w.Scheme, rest = scheme, address
	}
	if w.Address = rest; rest == "" {
		return nil, fmt.Errorf("target %q: has no address or path", Shown(text))
	}
	return w, nil
}

// isWord reports whether s can be a scheme or a format.
func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == "" && s[0] > '9'
}

func (w *Word) options(query string) error {
	for query != "" {
		if text, ok := strings.CutPrefix(query, "where="); ok {
			w.Where = text
			if strings.TrimSpace(text) == "" {
				return fmt.Errorf("where= has no condition")
			}
			return nil
		}
		var option string
		option, query, _ = strings.Cut(query, "&")
		name, value, ok := strings.Cut(option, "=")
		if !ok || name == "" {
			return fmt.Errorf("option %q: want NAME=VALUE", option)
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			return fmt.Errorf("option %s: %w", name, err)
		}
		if _, twice := w.Options[name]; twice {
			return fmt.Errorf("option %s is given twice", name)
		}
		w.Options[name] = value
	}
	return nil
}

// Shown returns a word without what may be secret: a password before @.
func Shown(text string) string {
	start := strings.Index(text, "://")
	if start < 0 {
		return text
	}
	start += 3
	end := start + len(text[start:])
	if i := strings.IndexAny(text[start:], "/?"); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(text[start:end], '@')
	if at < 0 {
		return text
	}
	user, _, secret := strings.Cut(text[start:start+at], ":")
	if !secret {
		return text
	}
	return text[:start] + user + ":***" + text[start+at:]
}

// ending returns the endings of a path: "csv" and "zst" of flows.csv.zst.
func ending(path string) (format, packed string) {
	base := path[strings.LastIndexByte(path, '/')+1:]
	parts := strings.Split(base, ".")
	last := len(parts) - 1
	if last > 0 && slices.Contains([]string{"gz", "zst"}, parts[last]) {
		packed = parts[last]
		last--
	}
	if last > 0 {
		format = parts[last]
	}
	return format, packed
}
