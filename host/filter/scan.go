package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// kind is what a token is.
type kind uint8

const (
	end     kind = iota
	keyword      // a word of the language, or an operator
	name         // another word, or one after a backslash
	number
	dotted // an IPv4 address or the beginning of one
	ip6
	mac
)

// token is a word of an expression, and its place.
type token struct {
	kind   kind
	text   string
	number uint32
	at     int // byte offset
}

// Error is an error of an expression, with its place.
type Error struct {
	At   int // the byte offset
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("filter, at character %d: %s", e.At+1, e.Text) }

func fail(at int, format string, args ...any) error { return &Error{at, fmt.Sprintf(format, args...)} }

// operators are tokens that are no words, the longest ones first.
var operators = []string{"&&", "||", "<<", ">>", "<=", ">=", "!=", "==", "(", ")", "[", "]", ":", "/", "!", "<", ">", "=", "+", "-", "*", "%", "&", "|", "^"}

// alike are other spellings of keywords.
var alike = map[string]string{
	"&&": "and", "||": "or", "!": "not", "==": "=", "fddi": "ether", "tr": "ether", "wlan": "ether", "link": "ether", "ppp": "ether", "slip": "ether",
	"on": "ifname", "rset": "ruleset", "srnr": "subrulenum", "address1": "addr1", "address2": "addr2", "address3": "addr3", "address4": "addr4", "icmp6type": "icmptype", "icmp6code": "icmpcode",
}

// maxText bounds an expression.
const maxText = 64 << 10

// scan returns the tokens of an expression.
func scan(text string) ([]token, error) {
	if len(text) > maxText {
		return nil, fail(0, "the expression has %d bytes, more than %d", len(text), maxText)
	}
	var list []token
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isWord(c) || c == '\\' || c == ':' && i+1 < len(text) && text[i+1] == ':':
			n := wordLength(text[i:])
			t, err := word(text[i:i+n], i)
			if err != nil {
				return nil, err
			}
			list = append(list, t)
			i += n
			continue
		}
		found := false
		for _, op := range operators {
			if strings.HasPrefix(text[i:], op) {
				list = append(list, token{kind: keyword, text: spelled(op), at: i})
				i += len(op)
				found = true
				break
			}
		}
		if !found {
			return nil, fail(i, "unexpected character %q", text[i])
		}
	}
	return append(list, token{kind: end, at: len(text)}), nil
}

func spelled(word string) string {
	if other, ok := alike[word]; ok {
		return other
	}
	return word
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// wordLength returns the length of the word that text begins with: letters and digits, and dots, dashes and _ between them; or an
// address with colons.
func wordLength(text string) int {
	n := 0
	for n < len(text) && (isHex(text[n]) || text[n] == ':' || text[n] == '.') {
		n++
	}
	if strings.Count(text[:n], ":") >= 2 { // one is before a size: ip[2:2]
		return n
	}
	n = 1
	for n < len(text) && (isWord(text[n]) || strings.IndexByte("-_.", text[n]) >= 0) {
		n++
	}
	for n > 1 && (text[n-1] == '-' || text[n-1] == '_') {
		n--
	}
	return n
}

// word returns the token of a word.
func word(text string, at int) (token, error) {
	t := token{kind: name, text: text, at: at}
	if text[0] == '\\' {
		if t.text = text[1:]; t.text == "" {
			return t, fail(at, "a backslash without a word")
		}
		return t, nil
	}
	lower := spelled(text)
	switch {
	case isMAC(text):
		t.kind = mac
	case strings.Contains(text, ":"):
		t.kind = ip6
	case text[0] >= '0' && text[0] <= '9' && strings.Contains(text, "."):
		t.kind = dotted
	case text[0] >= '0' && text[0] <= '9' && !strings.Contains(text, "-"):
		n, err := strconv.ParseUint(text, 0, 32)
		if err != nil {
			return t, fail(at, "%q is not a number of 32 bits", text)
		}
		t.kind, t.number = number, uint32(n)
	case isKeyword(lower):
		t.kind, t.text = keyword, lower
	default:
		if n, ok := constants[lower]; ok {
			t.kind, t.number = number, n
		}
	}
	return t, nil
}

// isMAC reports whether a word is an Ethernet address: 1:2:3:4:5:6, 01-02-03-04-05-06, 0102.0304.0506.
func isMAC(text string) bool { _, ok := parseMAC(text); return ok }

func parseMAC(text string) (addr [6]byte, ok bool) {
	for _, sep := range []string{":", "-", "."} {
		parts := strings.Split(text, sep)
		size := 0
		switch {
		case len(parts) == 6:
			size = 1
		case len(parts) == 3 && sep == "." && len(parts[0]) == 4:
			size = 2
		default:
			continue
		}
		for i, p := range parts {
			n, err := strconv.ParseUint(p, 16, 8*size)
			if err != nil || len(p) > 2*size {
				return addr, false
			}
			if size == 2 {
				addr[2*i], addr[2*i+1] = byte(n>>8), byte(n)
			} else {
				addr[i] = byte(n)
			}
		}
		return addr, true
	}
	return addr, false
}
