// Package drive says what drivers are: they deliver batches of rows to places that answer, such as
// databases and brokers. Everything around a driver (queues, retries, the end of a run, counts)
// is host/internal/outlet's.
package drive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk/value"
)

// Kind is a kind of target that a driver leads to. The command hands them to the host.
type Kind struct {
	Schemes []string // "postgres": its targets begin with postgres:, each with the same options
	Form    string   // of a target: "postgres://USER@HOST/DATABASE"
	Doc     string   // one sentence
	// Table is set if it takes rows as columns; the others take bytes in any format.
	Table bool
	// Query is set if options that it does not have are the place's own, as in a URL.
	Query bool
	// Messages is set if each row, or message of a binary format, leaves on its own: there is no head.
	Messages bool
	// Bytes is how large a batch may get if the user does not say; 0: 1 MB.
	Bytes int
	// Ends are the endings of file names that stand for it, without the dot; such a target is a path.
	Ends []string
	// Shared is set if several streams of a run may go to one place, each to a table of its own.
	Shared bool
	// Once says how often a row arrives, for the page of the driver.
	Once    string
	Options []Option

	// Secure is set instead of all else but the scheme of one that secures connections: see Secured.
	Secure func(Certificates) (Dial, error)

	// Check returns an error if no run could use the target. It has no side effects.
	Check func(c *Config) error
	// Open connects. Close of the driver must be called.
	Open func(ctx context.Context, c *Config) (Driver, error)
}

// Option is an option of a target: ?NAME=VALUE.
type Option struct {
	Name, Default, Doc string
}

// Driver is an open target. Its methods are called one after another.
type Driver interface {
	// Deliver delivers a batch: all of it or nothing. After a Refused error it is not tried again, after
	// any other it is, with the same batch; the target may have got it all the same. Where the target can
	// tell, it keeps a batch with the same Key once.
	Deliver(ctx context.Context, b *Batch) error
	// Close releases the connection; a file gets its name. abort is set if the run broke.
	Close(abort bool) error
}

// Config is what a driver needs to know of a target.
type Config struct {
	Kind    *Kind
	Scheme  string
	Address string // what follows SCHEME: without the options; "//host/path" or a path
	Options map[string]string
	Stream  string
	Run     string // an identifier of the run, 32 hex digits
	Columns []value.Column
	Format  string // of bytes
	// Create creates PATH.part for a file that is to be PATH.
	Create func(path string) (File, error)
}

// Option returns the value of an option, or its default.
func (c *Config) Option(name string) string {
	if v, ok := c.Options[name]; ok {
		return v
	}
	i := slices.IndexFunc(c.Kind.Options, func(o Option) bool { return o.Name == name })
	return c.Kind.Options[i].Default
}

// CheckOptions returns an error for an option that the kind does not have.
func (c *Config) CheckOptions() error {
	if c.Kind.Query {
		return nil
	}
	return UnknownOption(c.Options, c.Kind.Options)
}

// UnknownOption returns an error for an option that is none of these.
func UnknownOption(options map[string]string, known []Option) error {
	var names []string
	for _, o := range known {
		names = append(names, o.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("unknown option %s%s (known: %s)", name, nearest.Hint(name, names), strings.Join(names, ", "))
		}
	}
	return nil
}

// OfScheme returns the kind whose targets have a scheme, nil if none has.
func OfScheme(kinds []*Kind, scheme string) *Kind {
	return first(kinds, func(k *Kind) bool { return k.Secure == nil && slices.Contains(k.Schemes, scheme) })
}

// Dial connects, and returns once the peer has shown who it is.
type Dial func(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error)

// Certificates are the options of targets whose connections are secured: paths of files in PEM, and the name that the peer's certificate has.
// Empty: the system's, none, and the name in the address.
type Certificates struct{ CA, Cert, Key, Name string }

// Secured returns how targets of a scheme connect whose connections are secured.
func Secured(kinds []*Kind, scheme string, c Certificates) (Dial, error) {
	kind := first(kinds, func(k *Kind) bool { return k.Secure != nil && slices.Contains(k.Schemes, scheme) })
	if kind == nil {
		return nil, fmt.Errorf("this program has no %s: use t2host", scheme)
	}
	return kind.Secure(c)
}

// OfEnding returns the kind that files with an ending stand for, nil if none.
func OfEnding(kinds []*Kind, end string) *Kind {
	return first(kinds, func(k *Kind) bool { return slices.Contains(k.Ends, end) })
}

func first(kinds []*Kind, is func(*Kind) bool) *Kind {
	if i := slices.IndexFunc(kinds, is); i >= 0 {
		return kinds[i]
	}
	return nil
}

// Query returns the options that the kind does not have, as a URL's query in the order of their
// names, without a question mark.
func (c *Config) Query() string {
	values := url.Values{}
	for name, v := range c.Options {
		if !slices.ContainsFunc(c.Kind.Options, func(o Option) bool { return o.Name == name }) {
			values.Set(name, v)
		}
	}
	return values.Encode()
}

// Table returns the name of the table that the rows go to: the option table, or that of the stream
// with _ for its dot.
func (c *Config) Table() string {
	if name := c.Option("table"); name != "" {
		return name
	}
	return strings.ReplaceAll(c.Stream, ".", "_")
}

// TableOption is the option of places that have tables.
var TableOption = Option{Name: "table", Doc: "the table that the rows go to; by default the stream's name, with _ for its dot. It is made if there is none"}

// Refused is the error for a batch that the target will never accept.
type Refused struct {
	Err error
	// Rows are the rows that are refused, ascending, while the others were delivered; nil: all are.
	Rows []int
}

func (e *Refused) Error() string { return e.Err.Error() }

func (e *Refused) Unwrap() error { return e.Err }

// IsRefused reports whether err says that the target will never accept a batch.
func IsRefused(err error) bool { return errors.As(err, new(*Refused)) }

// Batch is rows that are delivered together.
type Batch struct {
	Run, Stream string
	Number      uint64 // from 1, of the run and stream to one target
	Rows        int
	At          int64  // packet time of the last row, nanoseconds since 1970 UTC
	Data        []byte // the rows in the format of the target, or for tables what AppendColumns appends
}

// Key identifies the batch: whoever gets it twice keeps it once.
func (b *Batch) Key() string {
	return b.Run + "/" + b.Stream + "/" + strconv.FormatUint(b.Number, 10)
}

// File is a file that is being written, beside the name that it gets at the end.
type File interface {
	Write(b []byte) (int, error)
	Name() string
	// Close leaves the file where it is.
	Close() error
	// Rename writes the file through to the disk and renames it to path.
	Rename(path string) error
}
