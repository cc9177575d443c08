// Package wire encodes batches and answers as bytes, and decodes them, for the
// border to a plugin that is not compiled in. It is the ABI, versioned.
//
// ABI.md describes every byte. Both sides know the plugin's declaration, so only
// values cross, no names. The declaration crosses once, as a manifest in JSON.
package wire

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/guard"
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
	flagOfEnds  = 1
	flagPicked  = 2

	head        = 8 // of a message
	sectionHead = 8
)

// Tags of the sections of a batch, in their order.
const (
	tagBatch   = 1 + iota // numbers of the batch
	tagPackets            // rows
	tagStarts             // flows' begins
	tagEnds               // flows' ends
	tagTicks              //
	tagImports            // changes of tables
)

// Tags of the sections of an answer and of its pieces, in their order.
const (
	tagColumns   = 1 + iota // of the ends
	tagDeltas               // changes of tables
	tagFrames               //
	tagSummary              // lines
	tagReport               //
	tagLog                  //
	tagError                // and nothing else
	tagRows                 // of outlets
	tagMetrics              //
	tagOfPackets            // columns of the packet rows
)

// Tags of the sections of the message that opens a plugin, in their order.
const (
	tagRun           = 1 + iota // the plugin and the host
	tagSettings                 //
	tagPlugins                  // of the run
	tagAll                      // the columns that it reads by "all"
	tagFiles                    // input files
	tagPacketColumns            // columns of packets are read
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
	Refused bool        // it was told to open, and returned the error: see Refuse
	Event   guard.Event // in which it happened, as the plugin says: there may be no such row
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
func open(msg []byte, kind int) (*cursor, error) {
	if len(msg) < head {
		return nil, errors.New("message is shorter than its header")
	}
	switch {
	case int64(little.Uint32(msg)) != int64(len(msg)) || len(msg) > MaxMessage || len(msg)%8 != 0:
		return nil, errors.New("message length is wrong")
	case little.Uint16(msg[4:]) != Version:
		return nil, errors.New("message has another ABI version")
	case int(little.Uint16(msg[6:])) != kind:
		return nil, errors.New("message has another kind")
	}
	return &cursor{msg: msg, at: head, limit: len(msg)}, nil
}

// A section is its tag (u16), a zero (u16), the length of its body (u32), and the body, padded to 8. Sections
// that hold nothing are left out.

// begin appends the head of a section, whose length end sets.
func begin(b []byte, tag uint16) []byte {
	return little.AppendUint32(little.AppendUint16(little.AppendUint16(b, tag), 0), 0)
}

// end ends the section whose body begins at body, in a message that begins at start.
func end(b []byte, start, body int) []byte {
	little.PutUint32(b[body-4:], uint32(len(b)-body))
	return pad(b, start, 8)
}

// counted appends the number of things in a section, and a zero.
func counted(b []byte, n int) []byte {
	return little.AppendUint32(little.AppendUint32(b, uint32(n)), 0)
}

// list appends the section of n things, which things appends; without any, nothing.
func list(dst []byte, start int, tag uint16, n int, things func(dst []byte) []byte) []byte {
	if n == 0 {
		return dst
	}
	dst = begin(dst, tag)
	body := len(dst)
	return end(things(counted(dst, n)), start, body)
}

// cursor reads a message; after the first short read everything is empty and
// err holds the reason.
type cursor struct {
	msg   []byte
	at    int
	limit int    // of what may be read: the section's end
	tag   uint16 // of the section in work; 0: none
	err   error
}

// section enters the next section if it has that tag, and reports whether it does. leave must be
// called where it ends; until then nothing can be read if it is not there.
func (c *cursor) section(tag uint16) bool {
	if c.err != nil || c.at == len(c.msg) || little.Uint16(c.msg[c.at:]) != tag {
		c.limit = c.at
		return false
	}
	c.u16()
	c.tag = tag
	zero, n := c.u16(), c.u32()
	if zero != 0 || int64(n) > int64(len(c.msg)-c.at) {
		c.fail("its head is malformed, or it ends after the message")
		return false
	}
	c.limit = c.at + int(n)
	return true
}

// leave ends a section.
func (c *cursor) leave() {
	if c.err == nil && c.at != c.limit {
		c.fail("trailing bytes")
	}
	c.limit, c.tag = len(c.msg), 0
	c.align(8)
}

// list enters the section of that tag, if it is there, which begins with a number of things that
// take at least size bytes each, and returns that number.
func (c *cursor) list(tag uint16, size int) int {
	if !c.section(tag) {
		return 0
	}
	n := c.count(size)
	if zero := c.u32(); zero != 0 || n == 0 { // an empty section is left out
		c.fail("its number of things is malformed, or 0")
	}
	return n
}

// fail notes an error, with the section in which it is.
func (c *cursor) fail(text string) {
	if c.err == nil {
		if c.tag != 0 {
			text = "section " + strconv.Itoa(int(c.tag)) + ": " + text
		}
		c.err = errors.New(text)
	}
}

func (c *cursor) take(n int) []byte {
	if c.err != nil || n < 0 || n > c.limit-c.at {
		c.fail("the message ends too early")
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
	if c.err == nil && n*int64(size) > int64(c.limit-c.at) {
		c.fail("it counts more than it holds")
	}
	if c.err != nil {
		return 0
	}
	return int(n)
}

func (c *cursor) align(n int) {
	for c.at%n != 0 && c.err == nil {
		if b := c.take(1); b != nil && b[0] != 0 {
			c.fail("bytes where padding should be")
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
		c.fail("message has a section that is unknown, twice, out of order or not declared")
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
