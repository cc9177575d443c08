package httplines

import (
	"bytes"
	"strconv"
)

// maxLine bounds a line of a request in bytes; a longer one is none.
const maxLine = 8192

// parser reads the requests of one direction of a connection. Its zero value expects one.
type parser struct {
	state   state
	line    []byte // the bytes so far of a line
	body    uint64 // bytes of the body, or of the chunk, that are left
	chunked bool
	started bool // a request line has been seen
}

type state uint8

const (
	inRequest state = iota // a request line is next
	inHeader               // a header, or the empty line after them
	inBody
	inChunkSize
	inChunk // and the end of its line
	inTrailer
	lost  // after a gap: a request line is looked for at the begin of each line
	other // it is not HTTP
)

// write reads the next bytes and calls found with each request line, which is valid during the call.
func (p *parser) write(data []byte, found func(line []byte)) {
	for len(data) > 0 && p.state != other {
		if p.state == inBody || p.state == inChunk {
			n := min(p.body, uint64(len(data)))
			data, p.body = data[n:], p.body-n
			if p.body == 0 {
				p.ended()
			}
			continue
		}
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			p.add(data)
			return
		}
		p.add(data[:end])
		data = data[end+1:]
		line := bytes.TrimSuffix(p.line, []byte("\r"))
		p.read(line, found)
		p.line = p.line[:0]
	}
}

// add adds bytes to the line. What cannot become a line of HTTP is not kept.
func (p *parser) add(b []byte) {
	if len(p.line)+len(b) > maxLine {
		b = b[:maxLine-len(p.line)]
	}
	p.line = append(p.line, b...)
	if p.state == inRequest && !p.started && !begins(p.line) {
		p.state, p.line = other, nil
	}
}

// read reads a line.
func (p *parser) read(line []byte, found func([]byte)) {
	switch p.state {
	case inRequest, lost:
		switch {
		case isRequest(line):
			found(line)
			p.state, p.started, p.body, p.chunked = inHeader, true, 0, false
		case p.state == inRequest && len(line) > 0: // an empty line may come before a request (RFC 9112, 2.2)
			p.state = lost
		}
	case inHeader:
		if len(line) == 0 {
			p.headersEnd()
		} else {
			p.header(line)
		}
	case inChunkSize:
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 62)
		switch {
		case err != nil:
			p.state = lost
		case n == 0:
			p.state = inTrailer
		default:
			p.state, p.body = inChunk, n+2
		}
	case inTrailer:
		if len(line) == 0 {
			p.state = inRequest
		}
	}
}

func (p *parser) headersEnd() {
	switch {
	case p.chunked:
		p.state = inChunkSize
	case p.body > 0:
		p.state = inBody
	default:
		p.state = inRequest
	}
}

// ended goes on after a body or a chunk.
func (p *parser) ended() {
	if p.state = inRequest; p.chunked {
		p.state = inChunkSize
	}
}

// header reads how long the body is.
func (p *parser) header(line []byte) {
	name, text, _ := bytes.Cut(line, []byte(":"))
	text = bytes.TrimSpace(text)
	switch {
	case bytes.EqualFold(name, []byte("content-length")):
		p.body, _ = strconv.ParseUint(string(text), 10, 62)
	case bytes.EqualFold(name, []byte("transfer-encoding")):
		p.chunked = bytes.HasSuffix(bytes.ToLower(text), []byte("chunked"))
	}
}

// skip goes on after n bytes that are missing, and reports whether it had seen a request.
func (p *parser) skip(n uint64) bool {
	switch {
	case p.state == other:
	case (p.state == inBody || p.state == inChunk) && n < p.body:
		p.body -= n
	case (p.state == inBody || p.state == inChunk) && n == p.body:
		p.body = 0
		p.ended()
	default:
		p.state, p.line = lost, p.line[:0]
	}
	return p.started
}

// isRequest reports whether line is a request line: a method, a target, and HTTP/1 with its minor
// version (RFC 9112, 3).
func isRequest(line []byte) bool {
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || !isMethod(method) {
		return false
	}
	at := bytes.LastIndexByte(rest, ' ')
	if at < 1 {
		return false
	}
	version := rest[at+1:]
	return len(version) == len("HTTP/1.1") && bytes.HasPrefix(version, []byte("HTTP/1.")) && version[7] >= '0' && version[7] <= '9'
}

// begins reports whether a request line may begin so: empty lines may come before it.
func begins(line []byte) bool {
	line = bytes.TrimLeft(line, "\r")
	method, _, whole := bytes.Cut(line, []byte(" "))
	if len(line) == 0 {
		return true
	}
	return isMethod(method) || !whole && len(method) == 0
}

// isMethod reports whether b can be a method, or its begin: a token (RFC 9110, 5.6.2), of which those
// in use are of capital letters, - and _, at most 24.
func isMethod(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 24
}
