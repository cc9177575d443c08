package encode

import (
	"bytes"
	"unicode/utf8"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// newCSV returns the encoder of RFC 4180, but for the ends of lines: they are \n, as most programs
// write them and all read them.
func newCSV(c *Config) (Encoder, error) {
	l := &lines{Config: c, row: csvRow}
	for i, column := range c.Columns {
		if i > 0 {
			l.head = append(l.head, ',')
		}
		l.head = appendCSV(l.head, []byte(column.Name))
	}
	l.head = append(l.head, '\n')
	return l, nil
}

func csvRow(b []byte, r *stream.Rows, i int) []byte {
	for k, v := range r.Columns {
		if k > 0 {
			b = append(b, ',')
		}
		switch v.Type {
		case value.Text, value.String:
			b = appendCSV(b, v.Bytes(i))
		case value.Time:
			b = jsontext.AppendTime(b, v.Int(i))
		case value.Duration:
			b = jsontext.AppendDuration(b, v.Int(i))
		case value.Float32, value.Float64:
			b = jsontext.AppendFloat(b, v, i)
		case value.IP:
			if ip := v.Bytes(i); ip[0] != 0 {
				b = value.AppendIP(b, ip)
			}
		default:
			start := len(b)
			b = v.Type.AppendText(b, v.Bytes(i))
			if elem := v.Type.Elem(); v.Type.IsList() && (len(b) == start || elem == value.Text || elem == value.String) {
				b = quoteFrom(b, start)
			}
		}
	}
	return b
}

// appendCSV appends a text as a field: in quotes if it has to be. An empty text is "", so that it
// is told from no value. Bytes that are not UTF-8, and NUL, which readers refuse, are U+FFFD.
func appendCSV(b, text []byte) []byte {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		text = valid(text)
	}
	if len(text) > 0 && !bytes.ContainsAny(text, "\",\r\n") && text[0] != ' ' && text[len(text)-1] != ' ' {
		return append(b, text...)
	}
	b = append(b, '"')
	for _, c := range text {
		if c == '"' {
			b = append(b, '"')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// quoteFrom puts b[start:], which is printable ASCII and UTF-8, in quotes if it has to be.
func quoteFrom(b []byte, start int) []byte {
	quotes := bytes.Count(b[start:], []byte{'"'})
	if len(b) > start && quotes == 0 && bytes.IndexByte(b[start:], ',') < 0 && b[start] != ' ' && b[len(b)-1] != ' ' {
		return b
	}
	end := len(b)
	for range quotes + 2 {
		b = append(b, 0)
	}
	to := len(b) - 1
	b[to] = '"'
	for from := end - 1; from >= start; from-- {
		to--
		if b[to] = b[from]; b[from] == '"' {
			to--
			b[to] = '"'
		}
	}
	b[start] = '"'
	return b
}

// valid returns text with U+FFFD for each byte that is not UTF-8, and for each NUL.
func valid(text []byte) []byte {
	var b []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == 0 {
			r = utf8.RuneError
		}
		b = utf8.AppendRune(b, r)
		text = text[n:]
	}
	return b
}
