//go:build !wasip1

package serve

import (
	"context"
	"io"
	"sync"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// server answers gRPC calls, one at a time.
type server struct {
	*Server
	mu        sync.Mutex
	connected func()
}

// GRPCServer registers the plugin's methods.
func (l *Link) GRPCServer(_ *plugin.GRPCBroker, registrar *grpc.Server) error {
	s := l.server
	registrar.RegisterService(&grpc.ServiceDesc{
		ServiceName: service,
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			{MethodName: "Describe", Handler: s.unary(func([]byte) []byte { return s.Describe() })},
			{MethodName: "Open", Handler: s.unary(s.Open)},
			{MethodName: "Close", Handler: s.unary(func([]byte) []byte { return s.Close() })},
		},
		Streams: []grpc.StreamDesc{{
			StreamName: BatchesStream.StreamName, ServerStreams: true, ClientStreams: true,
			Handler: func(_ any, stream grpc.ServerStream) error { return s.batches(stream) },
		}},
	}, s)
	return nil
}

func (s *server) unary(answer func(msg []byte) []byte) grpc.MethodHandler {
	return func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		s.connected()
		var request Message
		if err := decode(&request); err != nil {
			return nil, err
		}
		defer request.Free()
		s.mu.Lock()
		defer s.mu.Unlock()
		return &Message{Data: answer(request.Data)}, nil
	}
}

// batches answers batches until the host ends the stream.
func (s *server) batches(stream grpc.ServerStream) error {
	var request Message
	defer request.Free()
	for {
		if err := stream.RecvMsg(&request); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		s.mu.Lock()
		err := stream.SendMsg(&Message{Data: s.Batch(request.Data)})
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
}
