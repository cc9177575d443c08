// Package serve serves the plugins of a command to a host: as a process, or as
// a sandboxed module, from the same few lines.
//
//	func init() { serve.Plugins(mine.Plugin) } // a module's main never runs
//	func main() { serve.Run() }
//
// go build builds the process, GOOS=wasip1 GOARCH=wasm go build
// -buildmode=c-shared the module.
package serve

import (
	"errors"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/wire"
)

// Server is the plugin's side of a border: it answers messages of sdk/wire. An answer is valid
// until the next call. Calls must not overlap. They return no error: that of a plugin is in the
// answer.
type Server struct {
	plugins []*sdk.Plugin
	plugin  *sdk.Plugin // the opened one
	stage   sdk.Stage
	batch   sdk.Batch
	answer  []byte
	piece   []byte
	none    answer.Answer
}

// NewServer returns a server of plugins, of which one will be opened.
func NewServer(plugins ...*sdk.Plugin) *Server { return &Server{plugins: plugins} }

// Describe returns the manifest of the plugins.
func (s *Server) Describe() ([]byte, error) { return wire.AppendManifest(nil, s.plugins...), nil }

// Open opens the plugin that an open message names. It returns an answer without flow ends.
func (s *Server) Open(msg []byte) ([]byte, error) { return s.reply(s.open(msg)) }

func (s *Server) open(msg []byte) error {
	name, opening, err := wire.ReadOpen(msg)
	if err != nil {
		return err
	}
	if s.stage != nil {
		return errors.New("a plugin is open already")
	}
	for _, p := range s.plugins {
		if p.Name == name {
			s.plugin = p.For(opening)
			s.stage, err = p.Open(opening)
			return err
		}
	}
	return errors.New("no plugin " + name + " in this artefact")
}

// Batch works on a batch message and returns the end of the answer. It calls piece with the pieces
// before the end; piece must not keep them.
func (s *Server) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	if s.stage == nil {
		return s.reply(errors.New("no plugin is open"))
	}
	s.batch.Out.Leave = func(out *answer.Answer) (err error) {
		s.piece, err = wire.SendPieces(s.piece, out, piece)
		return err
	}
	err := wire.ReadBatch(msg, s.plugin, &s.batch)
	if err == nil {
		err = s.stage.Batch(&s.batch)
	}
	if err != nil {
		return s.reply(err)
	}
	s.answer = wire.AppendAnswer(s.answer[:0], &s.batch.Out, s.batch.Ends.N, "")
	return s.answer, nil
}

// Close closes the plugin and returns an answer without flow ends.
func (s *Server) Close() ([]byte, error) {
	if s.stage == nil {
		return s.reply(nil)
	}
	stage := s.stage
	s.stage = nil
	return s.reply(stage.Close())
}

func (s *Server) reply(err error) ([]byte, error) {
	problem := ""
	_, refused := err.(*guard.Refused)
	if err != nil {
		problem = err.Error()
		if problem == "" {
			problem = "an error without a text"
		}
	}
	s.answer = wire.AppendAnswer(s.answer[:0], &s.none, 0, problem)
	if refused {
		wire.Refuse(s.answer)
	}
	if at, ok := err.(*guard.At); ok {
		wire.Locate(s.answer, at.Event)
	}
	return s.answer, nil
}
