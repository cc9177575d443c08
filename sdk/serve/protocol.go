//go:build !wasip1

package serve

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // go-plugin's own services speak it
	"google.golang.org/grpc/mem"

	"github.com/t2host/t2host/sdk/wire"
)

// Handshake is what host and plugin agree on before they talk: the ABI's version
// is the protocol's.
var Handshake = plugin.HandshakeConfig{
	ProtocolVersion:  wire.Version,
	MagicCookieKey:   "T2HOST_PLUGIN",
	MagicCookieValue: "74326b6e6f776e",
}

// Lifeline is the variable that holds the number of a file descriptor: the
// reading end of a pipe that ends when the host does.
const Lifeline = "T2HOST_LIFELINE"

// Name is the plugin set's only entry, as go-plugin dispenses it.
const Name = "t2host"

// The gRPC methods. Requests and replies are bytes of sdk/wire: Describe takes
// nothing and gives a manifest, Open and Close give answers to no flow ends,
// Batches is a stream both ways: for each batch the pieces of the answer, then its end.
const (
	service        = "t2host.Plugin"
	MethodDescribe = "/" + service + "/Describe"
	MethodOpen     = "/" + service + "/Open"
	MethodClose    = "/" + service + "/Close"
	MethodBatches  = "/" + service + "/Batches"
)

// Both ends of a connection take as much, in bytes: a batch is on its way whole, where
// gRPC's own 64 KiB would have it wait for leave in between.
const (
	Window = wire.MaxBatch
	Buffer = 256 << 10
)

// BatchesStream describes Batches to a client.
var BatchesStream = grpc.StreamDesc{StreamName: "Batches", ServerStreams: true, ClientStreams: true}

// Message is bytes on their way. What was received is valid until Free.
type Message struct {
	Data   []byte
	reused bool // Data is written again before it has been sent
	buffer mem.Buffer
}

// Free gives a received message's memory back.
func (m *Message) Free() {
	if m.buffer != nil {
		m.buffer.Free()
		m.buffer, m.Data = nil, nil
	}
}

// Codec passes a Message through as it is, and everything else, which is
// go-plugin's own, as protobuf.
type Codec struct{}

// Name is that of protobuf's codec, whose place it takes.
func (Codec) Name() string { return "proto" }

// Marshal returns v's bytes. Those of a Message are copied only where it says so.
func (Codec) Marshal(v any) (mem.BufferSlice, error) {
	if m, ok := v.(*Message); ok && m.reused {
		return mem.BufferSlice{mem.Copy(m.Data, mem.DefaultBufferPool())}, nil
	} else if ok {
		return mem.BufferSlice{mem.SliceBuffer(m.Data)}, nil
	}
	return encoding.GetCodecV2("proto").Marshal(v)
}

// Unmarshal reads v.
func (Codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*Message)
	if !ok {
		return encoding.GetCodecV2("proto").Unmarshal(data, v)
	}
	m.Free()
	m.buffer = data.MaterializeToBuffer(mem.DefaultBufferPool())
	m.Data = m.buffer.ReadOnlyData()
	return nil
}

// Link joins a Server to go-plugin; the host's side has none and dispenses the
// connection.
type Link struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

// GRPCClient gives the *grpc.ClientConn.
func (*Link) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
