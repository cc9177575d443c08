// Package sqlite writes rows to a table of an SQLite file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the database driver "sqlite"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/sdk/value"
)

// Kind is the driver of sqlite.
var Kind = &drive.Kind{
	Schemes: []string{"sqlite"}, Form: "sqlite:FILE", Doc: "writes rows to a table of an SQLite file",
	Table: true, Shared: true, Ends: []string{"sqlite", "sqlite3", "db"},
	Once:    "exactly once: the batch's key is written in the same transaction (table t2host_batches)",
	Options: []drive.Option{drive.TableOption},
	Check:   check, Open: open,
}

// driver is an open file.
type driver struct {
	db     *sql.DB
	config *drive.Config
	insert string
}

// connect opens the file, with the pragmas of a query.
func connect(path, query string) (*sql.DB, error) {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	db, err := sql.Open("sqlite", "file:"+escaped+"?"+query)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// check compares the table that is there with the columns.
func check(c *drive.Config) error {
	info, err := os.Lstat(c.Address)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("%s is a symbolic link: name the file itself", c.Address)
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	db, err := connect(c.Address, "mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	return same(db, c)
}

// same returns an error if the table is there with other columns.
func same(db *sql.DB, c *drive.Config) error {
	rows, err := db.Query("SELECT name, type FROM pragma_table_info(?)", c.Table())
	if err != nil {
		return fmt.Errorf("read %s: %w", c.Address, err)
	}
	defer rows.Close()
	var is []string
	for rows.Next() {
		var name, of string
		if err := rows.Scan(&name, &of); err != nil {
			return err
		}
		is = append(is, name+" "+of)
	}
	if err := rows.Err(); err != nil || is == nil {
		return err
	}
	var want []string
	for _, col := range c.Columns {
		want = append(want, col.Name+" "+typeOf(col.Type))
	}
	if strings.Join(is, ", ") != strings.Join(want, ", ") {
		return fmt.Errorf("table %s of %s has other columns: it has %s, and %s would get %s: name another with table=", c.Table(), c.Address, strings.Join(is, ", "), c.Stream, strings.Join(want, ", "))
	}
	return nil
}

func open(ctx context.Context, c *drive.Config) (drive.Driver, error) {
	db, err := connect(c.Address, "_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	d := &driver{db: db, config: c}
	if err := d.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open %s: %w", c.Address, err)
	}
	return d, nil
}

func (d *driver) prepare(ctx context.Context) error {
	var columns, marks []string
	for _, c := range d.config.Columns {
		columns, marks = append(columns, quote(c.Name)+" "+typeOf(c.Type)), append(marks, "?")
	}
	table := quote(d.config.Table())
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS " + table + " (" + strings.Join(columns, ", ") + ")",
		"CREATE TABLE IF NOT EXISTS t2host_batches (run TEXT, stream TEXT, number INTEGER, PRIMARY KEY (run, stream, number)) WITHOUT ROWID",
	} {
		if _, err := d.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	d.insert = "INSERT INTO " + table + " VALUES (" + strings.Join(marks, ", ") + ")"
	return same(d.db, d.config)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// typeOf returns the column type: numbers are numbers, all else is text.
func typeOf(t value.Type) string {
	switch t {
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64, value.Int64:
		return "INTEGER"
	case value.Float32, value.Float64, value.Duration:
		return "REAL"
	}
	return "TEXT"
}

func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	vecs, err := b.Columns(d.config.Columns)
	if err != nil {
		return &drive.Refused{Err: err}
	}
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	done, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO t2host_batches VALUES (?, ?, ?)", b.Run, b.Stream, int64(b.Number))
	if err != nil {
		return err
	}
	fresh, err := done.RowsAffected()
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, d.insert)
	if err != nil {
		return err
	}
	var refused []int
	args := make([]any, len(vecs))
	for i := range b.Rows {
		ok := true
		for k := range vecs {
			var fits bool
			args[k], fits = valueOf(&vecs[k], i)
			ok = ok && fits
		}
		switch {
		case !ok:
			refused = append(refused, i)
		case fresh > 0: // otherwise it is there already
			if _, err := insert.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if refused != nil {
		return &drive.Refused{Err: errors.New("an integer of SQLite has 63 bits: a number is above 9223372036854775807"), Rows: refused}
	}
	return nil
}

func (d *driver) Close(bool) error { return d.db.Close() }
