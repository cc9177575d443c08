package dnsnames

// Lengths of a message's header and of the longest name, in bytes (RFC 1035, 4.1.1, 2.3.4).
const (
	headerLen = 12
	maxName   = 255
)

// question returns the name in the first question of a message, its labels with a dot after each, in
// lower case, and the message's response code. ok is false if the name is not all there, or is none.
func question(message []byte) (name []byte, code byte, ok bool) {
	if len(message) < headerLen || message[4]|message[5] == 0 { // no question
		return nil, 0, false
	}
	code = message[3] & 0x0f
	for rest := message[headerLen:]; len(rest) > 0; {
		n := int(rest[0])
		switch {
		case n == 0:
			return name, code, true
		case n > 63 || n >= len(rest) || len(name)+n+1 > maxName: // a pointer is for names after the first
			return nil, 0, false
		}
		for _, c := range rest[1 : 1+n] {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			name = append(name, c)
		}
		name, rest = append(name, '.'), rest[1+n:]
	}
	return nil, 0, false
}

// secondLevel returns the last two labels of a name, or the name if it has fewer: "example.com" of
// "www.example.com.", and "." of the root. A list of public suffixes would know better: of
// "www.example.co.uk." it is "co.uk".
func secondLevel(name []byte) string {
	if len(name) == 0 {
		return "."
	}
	name = name[:len(name)-1]
	dots := 0
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			if dots++; dots == 2 {
				return string(name[i+1:])
			}
		}
	}
	return string(name)
}

// appendName appends a name with all bytes escaped that are not printable ASCII, as \xHH.
func appendName(b []byte, name string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || c == '\\' {
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return b
}
