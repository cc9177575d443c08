// Package record writes what crosses one plugin's border to a file, and
// replays such a file to any plugin of that name.
//
// A file is a line of text, followed by frames: a kind (a byte), a length (u32,
// little-endian), and a manifest or a message of sdk/wire. The manifest comes first, then
// the open message, each batch with the pieces and the end of its answer, and last the
// frame that marks a run that succeeded.
package record

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/t2host/t2host/host/internal/outfile"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

const magic = "t2host record 2\n"

// The kinds of frame.
const (
	manifestFrame = iota + 1
	openFrame
	batchFrame
	answerFrame
	endFrame // of a run that succeeded
	pieceFrame
)

// Recorder is a stage that records what it receives and what another stage answers.
type Recorder struct {
	sdk.Stage
	plugin  *sdk.Plugin
	payload bool
	file    *outfile.File
	out     *bufio.Writer
	buf     []byte
	err     error // of writing; ends the run
	failed  bool
}

// New returns a stage that records what crosses the border of an opened plugin. Without
// payload it leaves out the packets' payload and its lengths.
func New(path string, p *sdk.Plugin, o sdk.Opening, stage sdk.Stage, payload bool) (*Recorder, error) {
	f, err := outfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &Recorder{Stage: stage, plugin: p.For(o), payload: payload, file: f, out: bufio.NewWriterSize(f, 1<<18)}
	r.write([]byte(magic))
	r.frame(manifestFrame, wire.AppendManifest(nil, p))
	r.frame(openFrame, wire.AppendOpen(nil, p.Name, o))
	if r.err != nil {
		f.Close()
		return nil, r.err
	}
	return r, nil
}

// Batch records the batch and its answer.
func (r *Recorder) Batch(b *sdk.Batch) error {
	kept := b.Packets.Payload
	if !r.payload && r.plugin.Packets.Fields&field.Payload != 0 {
		b.Packets.Payload = value.Vec{Type: kept.Type, Ends: make([]uint32, len(kept.Ends))}
	}
	r.buf = wire.AppendBatch(r.buf[:0], r.plugin, b)
	b.Packets.Payload = kept
	r.frame(batchFrame, r.buf)
	leave := b.Out.Leave
	if leave != nil {
		b.Out.Leave = func(out *answer.Answer) error { return errors.Join(r.pieces(out), leave(out)) }
		defer func() { b.Out.Leave = leave }()
	}
	err := guard.Call(func() error { return r.Stage.Batch(b) })
	r.failed = r.failed || err != nil
	r.buf = appendAnswer(r.buf[:0], b, err)
	r.frame(answerFrame, r.buf)
	return errors.Join(err, r.err)
}

// pieces records what leaves before the end of the answer.
func (r *Recorder) pieces(out *answer.Answer) (err error) {
	r.buf, err = wire.SendPieces(r.buf, out, func(piece []byte) error {
		r.frame(pieceFrame, piece)
		return r.err
	})
	return err
}

// appendAnswer appends a stage's answer to a batch.
func appendAnswer(dst []byte, b *sdk.Batch, err error) []byte {
	if err != nil {
		return wire.AppendAnswer(dst, &b.Out, 0, err.Error())
	}
	return wire.AppendAnswer(dst, &b.Out, b.Ends.N, "")
}

// Close closes the stage and the file.
func (r *Recorder) Close() error {
	err := r.Stage.Close()
	if !r.failed {
		r.frame(endFrame, nil)
	}
	if r.err == nil {
		r.err = r.out.Flush()
	}
	if r.err != nil {
		_ = r.file.Close()
	} else if e := r.file.Finish(); e != nil {
		r.err = fmt.Errorf("record: %w", e)
	}
	return errors.Join(err, r.err)
}

func (r *Recorder) frame(kind byte, data []byte) {
	r.write(binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data))))
	r.write(data)
}

func (r *Recorder) write(data []byte) {
	if r.err != nil {
		return
	}
	if _, err := r.out.Write(data); err != nil {
		r.err = fmt.Errorf("record: %w", err)
	}
}

// Record is a record that is being read.
type Record struct {
	Manifest []byte
	Opening  sdk.Opening
	Name     string // the plugin's

	in    *bufio.Reader
	Ended bool // the run succeeded; known after the last batch
}

var errCut = errors.New("record ends in the middle")

// Read reads the beginning of a record.
func Read(in io.Reader) (*Record, error) {
	r := &Record{in: bufio.NewReaderSize(in, 1<<18)}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, head); err != nil || string(head) != magic {
		return nil, errors.New("not a record of a plugin: t2host --record NAME=FILE makes one")
	}
	kind, data, err := r.frame()
	if err != nil || kind != manifestFrame {
		return nil, errCut
	}
	r.Manifest = data
	if kind, data, err = r.frame(); err != nil || kind != openFrame {
		return nil, errCut
	}
	if r.Name, r.Opening, err = wire.ReadOpen(data); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return r, nil
}

// Next returns the next batch and the answer to it, its pieces and then its end, as messages
// of sdk/wire, and io.EOF after the last batch. The answer is nil if the recording ended
// before its end.
func (r *Record) Next() (batch []byte, answer [][]byte, err error) {
	kind, batch, err := r.frame()
	switch {
	case err != nil:
		return nil, nil, err
	case kind == endFrame:
		r.Ended = true
		return nil, nil, io.EOF
	case kind != batchFrame:
		return nil, nil, errors.New("record has no batch where one should be")
	}
	for size := 0; ; {
		kind, msg, err := r.frame()
		switch {
		case err == io.EOF || err == errCut:
			return batch, nil, nil
		case err != nil:
			return nil, nil, err
		case kind != answerFrame && kind != pieceFrame:
			return nil, nil, errors.New("record has no answer where one should be")
		}
		if size += len(msg); size > maxGathered {
			return nil, nil, errLong
		}
		if answer = append(answer, msg); kind == answerFrame {
			return batch, answer, nil
		}
	}
}

// frame reads a frame; it returns io.EOF if none begins.
func (r *Record) frame() (kind byte, data []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		if err == io.EOF {
			return 0, nil, io.EOF
		}
		return 0, nil, errCut
	}
	size := binary.LittleEndian.Uint32(head[1:])
	if size > wire.MaxMessage {
		return 0, nil, fmt.Errorf("record has a frame of %d bytes", size)
	}
	// Reads what there is, not what the length claims.
	data, err = io.ReadAll(io.LimitReader(r.in, int64(size)))
	if err != nil || len(data) < int(size) {
		return 0, nil, errCut
	}
	return head[0], data, nil
}
