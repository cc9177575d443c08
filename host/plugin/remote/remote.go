// Package remote turns a plugin's declaration and a peer, the plugin's side of
// a border, into a plugin whose stage sends batches to that peer. It checks
// the peer's answers before it uses them.
package remote

import (
	"errors"
	"fmt"

	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/wire"
)

// Peer exchanges messages with an artefact that holds plugins, one of which is opened. Its
// calls must not overlap. What a call returns is valid until the next call. After the first
// error only Release may be called.
type Peer interface {
	Describe() ([]byte, error)
	// Room returns where the next message is written: no bytes, with capacity size.
	Room(size int) ([]byte, error)
	Open(msg []byte) ([]byte, error)
	// Batch returns the end of the answer. It calls piece with each piece before that, which
	// is valid during the call; an error of piece ends the batch, and is returned.
	Batch(msg []byte, piece func([]byte) error) ([]byte, error)
	Close() ([]byte, error)
	// Release ends the peer and frees what it holds. It is called once. broken means: kill
	// without a grace period.
	Release(broken bool)
}

// Measured is a peer that knows how much memory the plugin has used at most so far, in bytes; 0: it is not known.
type Measured interface{ Memory() uint64 }

// Describe returns the plugins of an artefact.
func Describe(connect func() (Peer, error)) ([]*sdk.Plugin, error) {
	peer, err := connect()
	if err != nil {
		return nil, err
	}
	plugins, err := describe(peer)
	peer.Release(err != nil)
	return plugins, err
}

func describe(peer Peer) ([]*sdk.Plugin, error) {
	data, err := peer.Describe()
	if err != nil {
		return nil, err
	}
	return manifest.Read(data)
}

// Carry returns the declared plugin, with an Open that connects to a peer.
func Carry(declared *sdk.Plugin, connect func() (Peer, error)) *sdk.Plugin {
	p := *declared
	p.Open = func(o sdk.Opening) (sdk.Stage, error) {
		peer, err := connect()
		if err != nil {
			return nil, err
		}
		s := &stage{plugin: declared, peer: peer}
		if err := s.open(o); err != nil {
			peer.Release(s.broken)
			return nil, err
		}
		return s, nil
	}
	return &p
}

// stage is a plugin that is open on the other side.
type stage struct {
	plugin *sdk.Plugin
	peer   Peer
	none   answer.Answer
	broken bool // the peer returned an error, or a malformed answer
	parts  parts
	answer wire.Answer
}

// Memory returns the most bytes of memory that the plugin has used so far, or 0 if that is not known.
func (s *stage) Memory() uint64 {
	if m, ok := s.peer.(Measured); ok && !s.broken {
		return m.Memory()
	}
	return 0
}

func (s *stage) open(o sdk.Opening) error {
	plugins, err := describe(s.peer)
	if err != nil {
		s.broken = true
		return err
	}
	if err := s.sameAs(plugins); err != nil {
		return err
	}
	s.plugin = s.plugin.For(o)
	msg := wire.AppendOpen(nil, s.plugin.Name, o)
	room, err := s.peer.Room(len(msg))
	if err != nil {
		s.broken = true
		return err
	}
	answer, err := s.peer.Open(append(room, msg...))
	return s.control(answer, err)
}

// sameAs refuses an artefact that has changed since it was described.
func (s *stage) sameAs(plugins []*sdk.Plugin) error {
	for _, p := range plugins {
		if p.Name == s.plugin.Name {
			if manifest.Same(p, s.plugin) {
				return nil
			}
			return fmt.Errorf("declaration differs from its manifest (%s): build it again (t2host build DIR)", difference(s.plugin, p))
		}
	}
	return fmt.Errorf("artefact no longer holds plugin %s: build it again (t2host build DIR)", s.plugin.Name)
}

// difference names the first member in which two declarations differ.
func difference(a, b *sdk.Plugin) string {
	if a.Version != b.Version {
		return "version " + a.Version + " became " + b.Version
	}
	x, y := wire.AppendManifest(nil, a), wire.AppendManifest(nil, b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	from := max(0, n-20)
	return fmt.Sprintf("…%s… became …%s…", x[from:min(len(x), n+20)], y[from:min(len(y), n+20)])
}

// control reads the answer to a control message.
func (s *stage) control(answer []byte, err error) error {
	if err != nil {
		s.broken = true
		return err
	}
	none := &sdk.Plugin{Name: s.plugin.Name}
	return s.checked(wire.ReadAnswer(answer, none, &sdk.Batch{}, &s.none))
}

// checked tells a plugin's own error from a malformed answer.
func (s *stage) checked(err error) error {
	var own *wire.PluginError
	if err == nil {
		return nil
	}
	if errors.As(err, &own) {
		err := errors.New(Printable(own.Text))
		if own.Refused {
			return &guard.Refused{Err: err}
		}
		if own.Event != 0 {
			return &guard.At{Err: err, Event: own.Event}
		}
		return err
	}
	s.broken = true
	return fmt.Errorf("malformed answer: %w", err)
}

// Batch sends b, in parts if it is too large for one message.
func (s *stage) Batch(b *sdk.Batch) error {
	if size := wire.Size(s.plugin, b); size <= wire.MaxBatch {
		return s.exchange(b, size)
	}
	b.Out.Reset(s.plugin.Columns)
	s.parts.split(s.plugin, b)
	for s.parts.next() {
		if err := s.exchange(&s.parts.part, wire.Size(s.plugin, &s.parts.part)); err != nil {
			return s.parts.inWhole(err)
		}
		s.parts.merge()
	}
	return nil
}

// exchange sends b, which has at most size bytes.
func (s *stage) exchange(b *sdk.Batch, size int) error {
	room, err := s.peer.Room(size)
	if err != nil {
		s.broken = true
		return err
	}
	b.Out.Reset(s.plugin.Columns)
	s.answer.Begin(s.plugin, b, &b.Out)
	var malformed error
	end, err := s.peer.Batch(wire.AppendBatch(room, s.plugin, b), func(piece []byte) error {
		malformed = s.answer.Piece(piece)
		return malformed
	})
	if malformed == nil && err != nil {
		s.broken = true
		return err
	}
	if malformed == nil {
		malformed = s.answer.End(end)
	} else {
		s.broken = true // also if the piece was valid and could not be handed on
	}
	if left := s.answer.Left(); left != nil {
		return left
	}
	return s.checked(malformed)
}

// Close closes the plugin, unless the peer is broken.
func (s *stage) Close() error {
	var err error
	if !s.broken {
		err = s.control(s.peer.Close())
	}
	s.peer.Release(s.broken)
	return err
}
