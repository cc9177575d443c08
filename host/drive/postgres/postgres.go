// Package postgres writes rows to a table of PostgreSQL.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/t2host/t2host/host/drive"
)

// Kind is the driver of postgres.
var Kind = &drive.Kind{
	Schemes: []string{"postgres", "postgresql"}, Form: "postgres://USER@HOST/DATABASE", Doc: "writes rows to a table of PostgreSQL, by COPY",
	Table: true, Query: true, Shared: true,
	Once:    "exactly once: the batch's key is written in the same transaction (table t2host_batches)",
	Options: []drive.Option{drive.TableOption},
	Check:   check,
	Open:    open,
}

// driver is an open target. Its connection is made when it is needed.
type driver struct {
	config *drive.Config
	parsed *pgx.ConnConfig
	conn   *pgx.Conn
}

func parse(c *drive.Config) (*pgx.ConnConfig, error) {
	word := c.Scheme + ":" + c.Address
	if query := c.Query(); query != "" {
		word += "?" + query
	}
	parsed, err := pgx.ParseConfig(word)
	if err != nil {
		return nil, fmt.Errorf("want %s", c.Kind.Form) // its text may hold the password
	}
	if parsed.ConnectTimeout == 0 {
		parsed.ConnectTimeout = 10 * time.Second
	}
	return parsed, nil
}

// check looks at the table, if the server can be reached: whether it can is for open to say.
func check(c *drive.Config) error {
	parsed, err := parse(c)
	if err != nil {
		return err
	}
	parsed.ConnectTimeout = min(parsed.ConnectTimeout, 3*time.Second)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, parsed)
	if err != nil {
		return nil
	}
	defer conn.Close(ctx)
	if err = same(ctx, conn, c); isLost(err) {
		return nil
	}
	return err
}

// otherColumns is the error of a table that is there with other columns.
type otherColumns struct {
	table, stream string
	is, want      []string
}

func (e *otherColumns) Error() string {
	return fmt.Sprintf("table %s has other columns: it has %s, and %s would get %s: name another with table=", e.table, strings.Join(e.is, ", "), e.stream, strings.Join(e.want, ", "))
}

// isLost reports whether err is of the connection, and neither the server's answer nor about the table.
func isLost(err error) bool {
	var answer *pgconn.PgError
	var other *otherColumns
	return err != nil && !errors.As(err, &answer) && !errors.As(err, &other)
}

// same returns an [otherColumns] if the table is there with other columns.
func same(ctx context.Context, conn *pgx.Conn, c *drive.Config) error {
	rows, err := conn.Query(ctx, `SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
		FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, quote(c.Table()))
	if err != nil {
		return err
	}
	is, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(is) == 0 {
		return err
	}
	var want []string
	for _, col := range c.Columns {
		want = append(want, col.Name+" "+typeOf(col.Type))
	}
	if strings.Join(is, ", ") != strings.Join(want, ", ") {
		return &otherColumns{c.Table(), c.Stream, is, want}
	}
	return nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func open(ctx context.Context, c *drive.Config) (drive.Driver, error) {
	parsed, err := parse(c)
	if err != nil {
		return nil, err
	}
	d := &driver{config: c, parsed: parsed}
	return d, d.connect(ctx)
}

// connect connects, and makes the tables if there are none.
func (d *driver) connect(ctx context.Context) error {
	if d.conn != nil && !d.conn.IsClosed() {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, d.parsed)
	if err != nil {
		return fmt.Errorf("connect to %s:%d: %w", d.parsed.Host, d.parsed.Port, reason(err))
	}
	if err := d.prepare(ctx, conn); err != nil {
		_ = conn.Close(ctx)
		if isLost(err) {
			return fmt.Errorf("connect to %s:%d: %w", d.parsed.Host, d.parsed.Port, err)
		}
		return err
	}
	d.conn = conn
	return nil
}

// prepare makes the tables. Another run may do the same at the same time.
func (d *driver) prepare(ctx context.Context, conn *pgx.Conn) error {
	var columns []string
	for _, c := range d.config.Columns {
		columns = append(columns, quote(c.Name)+" "+typeOf(c.Type))
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS t2host_batches (run text, stream text, number bigint, PRIMARY KEY (run, stream, number))",
		"CREATE TABLE IF NOT EXISTS " + quote(d.config.Table()) + " (" + strings.Join(columns, ", ") + ")",
	} {
		_, err := conn.Exec(ctx, statement)
		if again := new(pgconn.PgError); errors.As(err, &again) && (again.Code == "23505" || again.Code == "42P07") {
			_, err = conn.Exec(ctx, statement)
		}
		if err != nil {
			return err
		}
	}
	return same(ctx, conn, d.config)
}

// reason returns an error of connecting without what the user wrote.
func reason(err error) error {
	var c *pgconn.ConnectError
	if errors.As(err, &c) {
		return c.Unwrap()
	}
	return err
}

func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	vecs, err := b.Columns(d.config.Columns)
	if err != nil {
		return &drive.Refused{Err: err}
	}
	if err := d.connect(ctx); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, d.conn, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, "INSERT INTO t2host_batches VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", b.Run, b.Stream, int64(b.Number))
		if err != nil || done.RowsAffected() == 0 {
			return err // or the batch is there already
		}
		var names []string
		for _, c := range d.config.Columns {
			names = append(names, c.Name)
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{d.config.Table()}, names, pgx.CopyFromSlice(b.Rows, func(i int) ([]any, error) {
			row := make([]any, len(vecs))
			for k := range vecs {
				row[k] = valueOf(&vecs[k], i)
			}
			return row, nil
		}))
		return err
	})
	if err == nil {
		return nil
	}
	var p *pgconn.PgError
	if !errors.As(err, &p) { // the connection: whether it was committed is not known, and the key tells
		_ = d.conn.Close(context.Background())
		return err
	}
	switch p.Code[:2] {
	case "08", "40", "53", "55", "57", "58": // connection, rollback, resources, locks, shutdown, system
		_ = d.conn.Close(context.Background())
		return err
	}
	if p.Code == "42P01" { // the table is gone: it is made again
		_ = d.conn.Close(context.Background())
		return err
	}
	return &drive.Refused{Err: err}
}

func (d *driver) Close(bool) error {
	if d.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = d.conn.Close(ctx) // all that counts was committed
	return nil
}
