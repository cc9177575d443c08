// Package parquet writes rows to a Parquet file.
package parquet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
)

// Kind is the driver of parquet.
var Kind = &drive.Kind{
	Schemes: []string{"parquet"}, Form: "parquet:FILE", Doc: "writes rows to a Parquet file, compressed with zstd",
	Table: true, Ends: []string{"parquet"},
	Once: "the file appears whole, by its name, at the end of the run; until then, and if the run breaks, it is FILE.part",
	Options: []drive.Option{
		{Name: "mode", Default: "replace", Doc: "what happens if the file is there: replace, or new, which refuses the run"},
	},
	Check: check,
	Open:  open,
}

// groupRows is the number of rows of a row group.
const groupRows = 100_000

// driver is an open file.
type driver struct {
	config  *drive.Config
	file    drive.File
	writer  *parquet.GenericWriter[any]
	fields  []field
	rows    []parquet.Row
	written int // rows of the present group
	begun   bool
}

func check(c *drive.Config) error {
	switch mode := c.Option("mode"); mode {
	case "replace":
	case "new":
		if _, err := os.Lstat(c.Address); err == nil {
			return fmt.Errorf("file %s exists, and mode=new", c.Address)
		}
	default:
		return fmt.Errorf("option mode=%s: want replace or new", mode)
	}
	if _, err := os.Stat(filepath.Dir(c.Address)); err != nil {
		return fmt.Errorf("folder of %s: %w", c.Address, cause.Of(err))
	}
	return nil
}

func open(_ context.Context, c *drive.Config) (drive.Driver, error) {
	d := &driver{config: c}
	file, err := c.Create(c.Address)
	if err != nil {
		return nil, err
	}
	d.file = file
	schema, fields := schemaOf(c.Stream, c.Columns)
	d.fields = fields
	d.writer = parquet.NewGenericWriter[any](file, schema, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("t2host", "", ""))
	return d, nil
}

func (d *driver) Deliver(_ context.Context, b *drive.Batch) error {
	vecs, err := b.Columns(d.config.Columns)
	if err != nil {
		return &drive.Refused{Err: err}
	}
	d.rows, d.begun = d.rows[:0], true
	for i := range b.Rows {
		var row parquet.Row
		for k := range d.fields {
			row = d.fields[k].appendTo(row, &vecs[k], i)
		}
		d.rows = append(d.rows, row)
	}
	if _, err := d.writer.WriteRows(d.rows); err != nil {
		return &drive.Refused{Err: fmt.Errorf("write %s: %w", d.file.Name(), cause.Of(err))} // what was written cannot be taken back
	}
	if d.written += b.Rows; d.written >= groupRows {
		d.written = 0
		if err := d.writer.Flush(); err != nil {
			return &drive.Refused{Err: fmt.Errorf("write %s: %w", d.file.Name(), cause.Of(err))}
		}
	}
	return nil
}

// Close writes the file's end and renames the file, unless the run broke.
func (d *driver) Close(abort bool) error {
	defer d.file.Close() // and its lock
	err := d.writer.Close()
	if abort && !d.begun {
		return os.Remove(d.file.Name())
	}
	if err != nil || abort {
		if err != nil {
			err = fmt.Errorf("write %s: %w", d.file.Name(), cause.Of(err))
		}
		return err
	}
	return d.file.Rename(d.config.Address)
}
