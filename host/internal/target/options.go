package target

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/outlet"
)

// Options are the options that all targets have, in the order in which they are listed. Those of
// a driver come after them.
var Options = []drive.Option{
	{Name: "columns", Doc: "the columns that leave, in this order, with commas between them: NAME, PLUGIN.NAME, or PLUGIN.* for all of a plugin; all by default"},
	{Name: "every", Doc: "of tables: how much packet time lies between two states that leave, such as 5s; by default only the last state leaves"},
	{Name: "when_full", Doc: "what happens when queue bytes wait: block, the run waits; drop, rows are dropped and counted; spool, they wait on the disk; by default block, and drop if the input is live"},
	{Name: "queue", Default: "16M", Doc: "bytes that wait for a target"},
	{Name: "spool", Doc: "of drivers: bytes that may wait on the disk where memory is full or the run ends, such as 1G; the next run with the same target delivers them first"},
	{Name: "spool_dir", Doc: "the folder of spools; by default ~/.local/state/t2host/spool (XDG_STATE_HOME moves it)"},
	{Name: "stall", Default: "30s", Doc: "how long a target may accept nothing before the rest is kept in the undelivered file"},
	{Name: "unknown", Default: "omit", Doc: "of ipfix: columns that are no information element of IANA's are left out (omit), or sent with type information (describe, RFC 5610)"},
	{Name: "enterprise", Default: "32473", Doc: "of ipfix: the enterprise number of such columns; 32473 is for documentation (RFC 5612)"},
	{Name: "domain", Default: "0", Doc: "of ipfix and netflow9: the observation domain, or source id"},
	{Name: "split", Doc: "of files: a number after the name, and the next file after so many bytes (500M)"},
	{Name: "ca", Doc: "of tls: the file with the certificates that are trusted, PEM; the system's by default"},
	{Name: "cert", Doc: "of tls: the file with our certificate, PEM"},
	{Name: "key", Doc: "of tls: the file with our key, PEM"},
	{Name: "name", Doc: "of tls: the name that the peer's certificate must have; the host's by default"},
	{Name: "rows", Default: "10000", Doc: "of drivers: rows in a batch at most"},
	{Name: "bytes", Default: "1M", Doc: "of drivers: bytes from which on a batch leaves"},
	{Name: "age", Default: "1s", Doc: "of drivers: how old the first row of a batch gets if the input is live"},
	{Name: "timeout", Default: "30s", Doc: "of drivers: how long a target may take to answer a batch before it is tried again"},
	{Name: "where", Doc: "which rows leave: a condition, see the book; the last option"},
}

// common are the values of Options.
type common struct {
	every        int64
	full         string
	queue, bytes int
	stall, age   time.Duration
	timeout      time.Duration
	rows         int
	describe     bool
	enterprise   uint32
	domain       uint32
	split        uint64
	spool        uint64
	spoolDir     string
	secure       drive.Dial
}

// secureScheme is that of targets whose connections are secured.
const secureScheme = "tls"

// read reads the options of a word that all targets have, and returns the others.
func read(w *Word, kinds []*drive.Kind) (*common, map[string]string, error) {
	c := &common{}
	left := map[string]string{}
	for name, v := range w.Options {
		left[name] = v
	}
	value := func(name string) string {
		v, ok := left[name]
		delete(left, name)
		if !ok {
			for _, o := range Options {
				if o.Name == name {
					return o.Default
				}
			}
		}
		return v
	}
	var errs []error
	number := func(name string, least, most uint64) uint64 {
		text := value(name)
		if text == "" {
			return 0
		}
		n, err := size(text)
		if err != nil || n < least || n > most {
			errs = append(errs, fmt.Errorf("option %s=%s: want a number from %d to %d", name, text, least, most))
		}
		return n
	}
	duration := func(name string, least time.Duration) time.Duration {
		text := value(name)
		if text == "" {
			return 0
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < least || d > 1e4*time.Hour {
			errs = append(errs, fmt.Errorf("option %s=%s: want a time such as 5s, at least %v", name, text, least))
		}
		return d
	}
	every := duration("every", time.Second)
	if every%time.Second != 0 {
		errs = append(errs, fmt.Errorf("option every=%v: want whole seconds", every))
	}
	c.every = int64(every)
	if c.full = value("when_full"); c.full != "" && c.full != "spool" {
		if _, err := outlet.ParseFull(c.full); err != nil {
			errs = append(errs, err)
		}
	}
	c.queue, c.bytes = int(number("queue", 1<<16, 1<<32)), int(number("bytes", 1, 1<<24))
	c.rows = int(number("rows", 1, 1<<24))
	c.stall, c.age = duration("stall", 100*time.Millisecond), duration("age", 10*time.Millisecond)
	c.timeout = duration("timeout", 100*time.Millisecond)
	c.enterprise, c.domain = uint32(number("enterprise", 1, 1<<32-1)), uint32(number("domain", 0, 1<<32-1))
	c.split = number("split", 1, 1<<50)
	c.spool, c.spoolDir = number("spool", 1<<16, 1<<50), value("spool_dir")
	if c.full == "spool" {
		c.full = "" // and if the spool is full too, what the input needs
		if c.spool == 0 {
			c.spool = 1e9
		}
	}
	switch unknown := value("unknown"); unknown {
	case "omit":
	case "describe":
		c.describe = true
	default:
		errs = append(errs, fmt.Errorf("option unknown=%s: want omit or describe", unknown))
	}
	if w.Scheme == secureScheme {
		dial, err := drive.Secured(kinds, w.Scheme, drive.Certificates{CA: value("ca"), Cert: value("cert"), Key: value("key"), Name: value("name")})
		if err != nil {
			errs = append(errs, err)
		}
		c.secure = dial
	}
	value("columns")
	return c, left, errors.Join(errs...)
}

// size returns a number that may end with K, M or G, powers of 1000.
func size(text string) (uint64, error) {
	unit := uint64(1)
	if n := len(text) - 1; n > 0 {
		switch text[n] {
		case 'K':
			unit, text = 1e3, text[:n]
		case 'M':
			unit, text = 1e6, text[:n]
		case 'G':
			unit, text = 1e9, text[:n]
		}
	}
	n, err := strconv.ParseUint(text, 10, 50)
	return n * unit, err
}
