//go:build !wasip1

package serve

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Handler answers messages of sdk/wire: a [Server], or one that forwards them. An error ends the
// run.
type Handler interface {
	Describe() ([]byte, error)
	Open(msg []byte) ([]byte, error)
	Batch(msg []byte, piece func([]byte) error) ([]byte, error)
	Close() ([]byte, error)
}

// server answers gRPC calls, one at a time.
type server struct {
	Handler
	mu        sync.Mutex
	connected func()
}

// GRPCServer registers the gRPC methods.
func (l *Link) GRPCServer(_ *plugin.GRPCBroker, registrar *grpc.Server) error {
	s := l.server
	registrar.RegisterService(&grpc.ServiceDesc{
		ServiceName: service,
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			{MethodName: "Describe", Handler: s.unary(func([]byte) ([]byte, error) { return s.Describe() })},
			{MethodName: "Open", Handler: s.unary(s.Open)},
			{MethodName: "Close", Handler: s.unary(func([]byte) ([]byte, error) { return s.Close() })},
		},
		Streams: []grpc.StreamDesc{{
			StreamName: BatchesStream.StreamName, ServerStreams: true, ClientStreams: true,
			Handler: func(_ any, stream grpc.ServerStream) error { return s.batches(stream) },
		}},
	}, s)
	return nil
}

func (s *server) unary(answer func(msg []byte) ([]byte, error)) grpc.MethodHandler {
	return func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		s.connected()
		var request Message
		if err := decode(&request); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		data, err := answer(request.Data)
		if err != nil {
			return nil, statusOf(err)
		}
		return &Message{Data: data}, nil
	}
}

// batches answers batches until the host ends the stream.
func (s *server) batches(stream grpc.ServerStream) error {
	var request Message
	for {
		if err := stream.RecvMsg(&request); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		if err := s.batch(stream, request.Data); err != nil {
			return err
		}
	}
}

func (s *server) batch(stream grpc.ServerStream, msg []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.Batch(msg, func(piece []byte) error { return stream.SendMsg(&Message{Data: piece, reused: true}) })
	if err != nil {
		return statusOf(err)
	}
	return stream.SendMsg(&Message{Data: data})
}

// LimitCode is the status of an error that marks itself, by a method Limit, as one of a limit of
// time or memory.
const LimitCode = codes.OutOfRange

// statusOf is the status with which an error crosses.
func statusOf(err error) error {
	if isLimit(err) {
		return status.Error(LimitCode, err.Error())
	}
	return status.Error(codes.Aborted, err.Error())
}

// isLimit reports whether an error marks itself as one of a limit of time or memory.
func isLimit(err error) bool {
	var limit interface{ Limit() bool }
	return errors.As(err, &limit) && limit.Limit()
}
