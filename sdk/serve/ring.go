//go:build !wasip1

package serve

import (
	"encoding/binary"

	"github.com/t2host/t2host/sdk/wire"
)

// Ring is the environment variable with the numbers of two file descriptors, of a socket and of memory that a host on Linux shares with
// the process: "5,6". Batches and answers cross in that memory, and the socket has a head for each. A process that knows it
// writes [RingHello] to the socket before it is ready; else they cross by gRPC, as all other messages do.
//
// The memory has a batch in its first wire.MaxBatch bytes, and then an answer, or a piece of one. The two sides take turns: a head of
// a batch from the host, a head of the end of the answer or of a piece from the process, after a piece a head without bytes from
// the host, which has copied it.
const Ring = "T2HOST_RING"

// RingHello is what a process writes that can use the memory.
const RingHello = "t2ring1\n"

// RingSize is the size of the memory, in bytes.
const RingSize = wire.MaxBatch + wire.MaxAnswer

// RingHead is the size of a head: what follows it in the memory (u32), and how many bytes (u32), little-endian.
const RingHead = 8

// What a head announces.
const (
	RingMessage uint32 = iota // a message of sdk/wire
	RingError                 // the text of an error
	RingLimit                 // the text of an error of a limit of time or memory
)

// AppendRingHead appends a head.
func AppendRingHead(b []byte, kind uint32, size int) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, kind), uint32(size))
}

// ReadRingHead reads a head of RingHead bytes.
func ReadRingHead(b []byte) (kind, size uint32) {
	return binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
}
