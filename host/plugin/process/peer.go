package process

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/wire"
)

// peer is a connected process.
type peer struct {
	client  *plugin.Client
	process *process      // nil if it was never made
	late    *time.Timer   // ends a start or a call that lasts too long
	timeout time.Duration // of calls
	later   time.Duration // of calls after Open; before it a worker compiles its module
	begun   time.Time     // the start

	conn   *grpc.ClientConn
	stream grpc.ClientStream // of batches

	ring    *ring // of batches; nil: they cross by the stream
	ringed  bool  // the batch in work does
	room    []byte
	request serve.Message
	answer  serve.Message
}

// connect makes the connection. If it returns nil the process has accepted the connection, so
// that the socket is not needed any more.
func (p *peer) connect() error {
	protocol, err := p.client.Client()
	if p.late != nil {
		defer p.late.Stop()
	}
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense(serve.Name)
	if err != nil {
		return err
	}
	p.conn = raw.(*grpc.ClientConn) // serve.Link returns nothing else
	if r := p.process.ring; r != nil && r.ready() {
		p.ring = r
	}
	p.stream, err = p.conn.NewStream(context.Background(), &serve.BatchesStream, serve.MethodBatches)
	return err
}

func (p *peer) Describe() ([]byte, error) { return p.call(serve.MethodDescribe, nil) }

func (p *peer) Open(msg []byte) ([]byte, error) {
	defer func() { p.timeout = p.later }()
	return p.call(serve.MethodOpen, msg)
}

func (p *peer) Close() ([]byte, error) { return p.call(serve.MethodClose, nil) }

// Memory returns the most bytes that the process has held so far, with those that it shares with others.
func (p *peer) Memory() uint64 { return p.process.memory() }

func (p *peer) Room(size int) ([]byte, error) {
	if p.ring != nil && size <= wire.MaxBatch {
		return p.ring.room(), nil
	}
	if cap(p.room) < size {
		p.room = make([]byte, 0, size)
	}
	return p.room[:0], nil
}

func (p *peer) call(method string, msg []byte) ([]byte, error) {
	p.request.Data = msg
	return p.within(func() error { return p.conn.Invoke(context.Background(), method, &p.request, &p.answer) })
}

// answerLimits is how many time limits an answer may last in all: each piece of it is a sign of
// life, and without a bound a plugin could send pieces for ever.
const answerLimits = 10

// Batch sends the batch and reads its answer. The bytes of msg are not copied on the way: they
// have been read when the end of the answer arrives.
func (p *peer) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	p.request.Data = msg
	begun, host := time.Now(), time.Duration(0)
	answer, err := p.within(p.exchange)
	for err == nil && wire.IsPiece(answer) {
		handed := time.Now()
		if most := answerLimits * p.timeout; handed.Sub(begun)-host > most {
			p.process.kill(timedOut)
			return nil, &remote.LimitError{Text: fmt.Sprintf("sent pieces of an answer for %v without its end: killed", most)}
		}
		if p.ringed { // and copied
			if err := p.ring.send(0); err != nil {
				return nil, p.reason(err)
			}
		}
		if err := piece(answer); err != nil {
			return nil, err
		}
		host += time.Since(handed) // this time is the host's, not the plugin's
		answer, err = p.within(p.receive)
	}
	return answer, err
}

func (p *peer) exchange() error {
	msg := p.request.Data
	if p.ringed = p.ring != nil && len(msg) <= wire.MaxBatch; p.ringed {
		if err := p.ring.send(p.ring.hold(msg)); err != nil {
			return err
		}
		return p.receive()
	}
	err := p.stream.SendMsg(&p.request)
	if err == nil || err == io.EOF { // at the stream's end its status has the reason
		return p.receive()
	}
	return err
}

func (p *peer) receive() error {
	if p.ringed {
		var err error
		p.answer.Data, err = p.ring.receive()
		return err
	}
	return p.stream.RecvMsg(&p.answer)
}

// within calls with a time limit.
func (p *peer) within(call func() error) ([]byte, error) {
	p.late.Reset(p.timeout)
	err := call()
	p.late.Stop()
	if err != nil {
		return nil, p.reason(err)
	}
	return p.answer.Data, nil
}

// expire ends a call that exceeds its time limit, with the process.
func (p *peer) expire() { p.process.kill(timedOut) }

// Release ends the process. go-plugin's Kill waits for ever for a process that does not
// answer, so such a process is killed first, and any other if it needs longer than the grace
// period.
func (p *peer) Release(broken bool) {
	if p.started() {
		if broken {
			p.process.kill(released)
		} else {
			defer time.AfterFunc(grace, func() { p.process.kill(released) }).Stop()
		}
		defer func() { <-p.process.exited }()
	}
	p.client.Kill()
	if p.process != nil && p.process.ring != nil {
		p.process.ring.close()
	}
}

func (p *peer) started() bool { return p.process != nil && p.process.ID() != "" }
