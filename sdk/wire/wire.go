// Package wire takes batches and answers and gives bytes, and the other way
// round: how they cross the border to a plugin that is not compiled in. It is
// the ABI, versioned; both sides know the plugin's declaration, so only values
// cross, no names.
//
// All numbers are little-endian. A message begins with its length in bytes
// (u32), the ABI version (u16) and its kind (u16). Each column begins at a
// multiple of 8 bytes from the message's start, bytes of padding are zero.
//
// A batch:
//
//	offset  0  length, version, kind 1
//	        8  u64 number, u64 first frame, u64 last frame
//	       32  u32 flags (1: final), u32 packet rows, u32 flow ends, u32 deltas
//	       48  packet columns: flow slot (u32), then those declared, in the order
//	           of sdk.PacketField: time (i64), window (u32), TCP flags (u8),
//	           wire length (u32); nothing if the plugin declares no rows
//	           end columns: flow slot (u32), packet rows before it (u32), then
//	           those declared, in the order of sdk.EndField, then the declared
//	           columns of other plugins; nothing if it declares no ends
//	           deltas: u32 flow end, u16 table, u16 flags (1: deleted), u32 key
//	           length, u32 row length, key, row, padded to 4 bytes
//
// An answer:
//
//	offset  0  length, version, kind 2
//	        8  u32 flow ends, u32 deltas, u32 frames, u32 report lines,
//	           u32 log lines, u32 length of the error's text
//	       32  the plugin's columns, then deltas as above, frames (u32 outlet,
//	           u32 length, bytes), lines (u32 length, bytes) and the error's
//	           text, each padded to 4 bytes
package wire

import "errors"

// Version is the ABI's version.
const Version = 1

// MaxMessage bounds a message in bytes. A batch from the host is below 1 MiB
// but for the changes of imported tables.
const MaxMessage = 64 << 20

const (
	kindBatch  = 1
	kindAnswer = 2

	flagFinal   = 1
	flagDeleted = 1

	batchHeader  = 48
	answerHeader = 32
)

// PluginError is what a plugin gave as the reason why it could not answer.
type PluginError struct{ Text string }

func (e *PluginError) Error() string { return e.Text }

// finish pads the message and writes its head.
func finish(b []byte, start, kind int) []byte {
	put32(b[start:], uint32(len(b)-start))
	put16(b[start+4:], Version)
	put16(b[start+6:], uint16(kind))
	return b
}

// open checks a message's head and gives a cursor behind it.
func open(msg []byte, kind, header int) (*cursor, error) {
	if len(msg) < header {
		return nil, errors.New("message is shorter than its header")
	}
	switch {
	case int64(get32(msg)) != int64(len(msg)) || len(msg) > MaxMessage:
		return nil, errors.New("message length is wrong")
	case get16(msg[4:]) != Version:
		return nil, errors.New("message has another ABI version")
	case int(get16(msg[6:])) != kind:
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
		return get16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return get32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return get64(b)
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

// text reads a length and so many bytes.
func (c *cursor) text() []byte {
	b := c.take(int(c.u32()))
	c.align(4)
	return b
}

// end checks that nothing is left.
func (c *cursor) end() error {
	if c.err == nil && c.at != len(c.msg) {
		c.fail("message has bytes behind its end")
	}
	return c.err
}

func pad(b []byte, start, n int) []byte {
	for (len(b)-start)%n != 0 {
		b = append(b, 0)
	}
	return b
}
