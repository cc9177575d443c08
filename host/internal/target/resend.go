package target

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/outlet"
)

// Again is a target to which batches of an earlier run are delivered.
type Again struct {
	kind *drive.Kind
	word *Word
}

// NewAgain returns the target of a word for batches: one that a driver serves.
func NewAgain(text string, kinds []*drive.Kind) (*Again, error) {
	if strings.Contains(text, ":***@") {
		return nil, fmt.Errorf("target %q: its password was not kept: name the target: --to TARGET", text)
	}
	w, err := Parse(text)
	if err != nil {
		return nil, err
	}
	kind := drive.OfScheme(kinds, w.Scheme)
	if end, _ := ending(w.Address); w.Scheme == "" {
		kind = drive.OfEnding(kinds, end)
	}
	if kind == nil {
		return nil, fmt.Errorf("target %q: takes no batches of rows, which the file holds: name one such as that of the run", Shown(text))
	}
	w.Scheme = cmp.Or(w.Scheme, kind.Schemes[0])
	return &Again{kind, w}, nil
}

// Open opens the driver for the stream of a batch.
func (a *Again) Open(ctx context.Context, p *drive.Parcel) (drive.Driver, error) {
	if a.kind.Table != (p.Columns != nil) {
		return nil, fmt.Errorf("target %q: takes other batches than the file holds", Shown(a.word.Text))
	}
	options := maps.Clone(a.word.Options)
	for _, o := range Options {
		delete(options, o.Name) // they are the run's
	}
	stream, _, _ := strings.Cut(p.Stream, "/") // what was refused before has a name of its own
	d := &drive.Config{
		Kind: a.kind, Scheme: a.word.Scheme, Address: a.word.Address, Options: options, Stream: stream, Run: p.Run,
		Columns: p.Columns, Format: p.Format, Create: outlet.CreatePart,
	}
	err := d.CheckOptions()
	if err == nil {
		err = a.kind.Check(d)
	}
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", Shown(a.word.Text), err)
	}
	return a.kind.Open(ctx, d)
}
