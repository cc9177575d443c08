//go:build !wasip1

package serve

import (
	"context"
	"slices"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // go-plugin's own services speak it
	"google.golang.org/grpc/mem"

	"github.com/t2host/t2host/sdk/wire"
)

// Handshake is go-plugin's handshake. Its protocol version is that of the ABI.
var Handshake = plugin.HandshakeConfig{
	ProtocolVersion:  wire.Version,
	MagicCookieKey:   "T2HOST_PLUGIN",
	MagicCookieValue: "74326b6e6f776e",
}

// Lifeline is the environment variable with the number of a file descriptor: the reading end of a
// pipe that the host's end closes.
const Lifeline = "T2HOST_LIFELINE"

// Name is the name of the only entry of go-plugin's plugin set.
const Name = "t2host"

// The gRPC methods. Requests and replies are messages of sdk/wire. Describe returns a manifest,
// Open and Close return answers without flow ends. Batches is a stream both ways: a batch in, and
// out the pieces of its answer, then the end.
const (
	service        = "t2host.Plugin"
	MethodDescribe = "/" + service + "/Describe"
	MethodOpen     = "/" + service + "/Open"
	MethodClose    = "/" + service + "/Close"
	MethodBatches  = "/" + service + "/Batches"
)

// The sizes of both ends of a connection, in bytes. A batch fits into the window: with gRPC's
// default of 64 KiB it would wait for the other end in between.
const (
	Window = wire.MaxBatch
	Buffer = 256 << 10
)

// BatchesStream describes the method Batches to a client.
var BatchesStream = grpc.StreamDesc{StreamName: "Batches", ServerStreams: true, ClientStreams: true}

// Message is a message of sdk/wire. Data that was received is valid until the next message is received into it, which
// has the same memory: buffers of gRPC's pool are cleared before each use.
type Message struct {
	Data   []byte
	reused bool // Data is written again before it has been sent
}

// Codec is a gRPC codec that passes a [Message] through as it is, and encodes everything else,
// go-plugin's own messages, as protobuf.
type Codec struct{}

// Name returns the name of the protobuf codec, which Codec replaces.
func (Codec) Name() string { return "proto" }

// Marshal returns the bytes of v. Those of a Message are copied only if they are reused.
func (Codec) Marshal(v any) (mem.BufferSlice, error) {
	if m, ok := v.(*Message); ok && m.reused {
		return mem.BufferSlice{mem.Copy(m.Data, mem.DefaultBufferPool())}, nil
	} else if ok {
		return mem.BufferSlice{mem.SliceBuffer(m.Data)}, nil
	}
	return encoding.GetCodecV2("proto").Marshal(v)
}

// Unmarshal reads data into v.
func (Codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*Message)
	if !ok {
		return encoding.GetCodecV2("proto").Unmarshal(data, v)
	}
	n := data.Len()
	m.Data = slices.Grow(m.Data[:0], n)[:n]
	data.CopyTo(m.Data)
	return nil
}

// Link is go-plugin's plugin. On the plugin's side it has a server; on the host's side it has none
// and dispenses the connection.
type Link struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

// GRPCClient returns the *grpc.ClientConn.
func (*Link) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
