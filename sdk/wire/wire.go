// Package wire encodes batches and answers as bytes, and decodes them, for the
// border to a plugin that is not compiled in. It is the ABI, versioned.
//
// ABI.md describes every byte. Both sides know the plugin's declaration, so only
// values cross, no names. The declaration crosses once, as a manifest in JSON.
package wire

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/internal/little"
)

// Version is the ABI's version.
const Version = 2

// Limits of messages in bytes: of any message, of the end of an answer, and of a batch or a piece
// of an answer.
const (
	MaxMessage = MaxAnswer
	MaxAnswer  = 32 << 20
	MaxBatch   = 1 << 20
)

const (
	kindBatch  = 1
	kindAnswer = 2
	kindOpen   = 3
	kindPiece  = 4

	flagFinal   = 1
	flagDeleted = 1
	flagNext    = 1
	flagMore    = 2

	batchHeader  = 72
	answerHeader = 40
	openHeader   = 8
)

// VersionError returns the error for a plugin with another ABI version. It tells the user what to
// do.
func VersionError(theirs int) error {
	text := "speaks ABI " + strconv.Itoa(theirs) + ", this t2host ABI " + strconv.Itoa(Version)
	if theirs > Version {
		return errors.New(text + ": the plugin is newer: install a newer t2host, or rebuild the plugin with an SDK of this version")
	}
	return errors.New(text + ": the plugin is older: rebuild it with the SDK of this version (t2host build DIR)")
}

// PluginError is the error of a plugin itself, not of its message.
type PluginError struct {
	Text    string
	Refused bool // it was told to open, and returned the error: see Refuse
}

func (e *PluginError) Error() string { return e.Text }

// finish writes the head of a message.
func finish(b []byte, start, kind int) []byte {
	little.PutUint32(b[start:], uint32(len(b)-start))
	little.PutUint16(b[start+4:], Version)
	little.PutUint16(b[start+6:], uint16(kind))
	return b
}

// open checks a message's head and returns a cursor after it.
func open(msg []byte, kind, header int) (*cursor, error) {
	if len(msg) < header {
		return nil, errors.New("message is shorter than its header")
	}
	switch {
	case int64(little.Uint32(msg)) != int64(len(msg)) || len(msg) > MaxMessage:
		return nil, errors.New("message length is wrong")
	case little.Uint16(msg[4:]) != Version:
		return nil, errors.New("message has another ABI version")
	case int(little.Uint16(msg[6:])) != kind:
		return nil, errors.New("message has another kind")
	}
	return &cursor{msg: msg, at: 8}, nil
}

// cursor reads a message; after the first short read everything is empty and
// err holds the reason.
type cursor struct {
	msg []byte
	at  int
	err error
}

func (c *cursor) fail(text string) {
	if c.err == nil {
		c.err = errors.New(text)
	}
}

func (c *cursor) take(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.msg)-c.at {
		c.fail("message ends too early")
		return nil
	}
	b := c.msg[c.at : c.at+n : c.at+n]
	c.at += n
	return b
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return little.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return little.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return little.Uint64(b)
	}
	return 0
}

// count reads a number of things that take at least size bytes each.
func (c *cursor) count(size int) int {
	n := int64(c.u32())
	if c.err == nil && n*int64(size) > int64(len(c.msg)) {
		c.fail("message counts more than it holds")
	}
	if c.err != nil {
		return 0
	}
	return int(n)
}

func (c *cursor) align(n int) {
	for c.at%n != 0 && c.err == nil {
		if b := c.take(1); b != nil && b[0] != 0 {
			c.fail("message has bytes where padding should be")
		}
	}
}

// text reads a length and that many bytes.
func (c *cursor) text() []byte {
	b := c.take(int(c.u32()))
	c.align(4)
	return b
}

// end checks that nothing is left.
func (c *cursor) end() error {
	if c.err == nil && c.at != len(c.msg) {
		c.fail("message has trailing bytes")
	}
	return c.err
}

func pad(b []byte, start, n int) []byte {
	for (len(b)-start)%n != 0 {
		b = append(b, 0)
	}
	return b
}

// extend returns b with n more bytes.
func extend(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = append(b[:cap(b)], make([]byte, len(b)+n-cap(b))...)[:len(b)]
	}
	return b[: len(b)+n : cap(b)]
}
