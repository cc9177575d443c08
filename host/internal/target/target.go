package target

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/encode"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/where"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk/value"
)

// Target is where rows of a stream go, checked.
type Target struct {
	Word   *Word
	Stream *stream.Stream
	Every  int64 // see Tap.Add
	Outlet outlet.Config

	format    *encode.Format // nil: a driver that takes columns
	columns   []int          // of the stream, that leave
	condition *where.Condition
	encoder   encode.Config
	split     uint64 // bytes of a file, or rows; 0: one file
	byRows    bool
	full      string // what happens if the queue is full; empty: what the input needs
	table     string // that the rows go to, of a place that several streams share; empty: none does
	messages  bool   // each frame leaves on its own: datagrams
}

// Config is what a run has.
type Config struct {
	Streams []stream.Stream
	Kinds   []*drive.Kind
	Run     string // its identifier, 32 hex digits
}

// New returns the target of a word, or an error that names what would fit.
func New(w *Word, c *Config) (*Target, error) {
	t, err := c.new(w)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", Shown(w.Text), err)
	}
	return t, nil
}

func (c *Config) new(w *Word) (*Target, error) {
	t := &Target{Word: w}
	var err error
	name := w.Stream
	if name != "" {
		if t.Stream, err = c.stream(name); err != nil {
			return nil, err
		}
	}
	kind, packed, err := c.place(t)
	if err != nil {
		return nil, err
	}
	if t.Stream == nil {
		name = stream.Flows
		if t.format != nil {
			name = t.format.Stream
		}
		if t.Stream, err = c.stream(name); err != nil {
			return nil, err
		}
	}
	options, left, err := read(w, c.Kinds)
	if err != nil {
		return nil, err
	}
	if t.Every = options.every; t.Every > 0 && t.Stream.Key == 0 {
		return nil, fmt.Errorf("option every is for tables, and %s is none", name)
	}
	if err := t.choose(w.Options["columns"]); err != nil {
		return nil, err
	}
	if w.Where != "" {
		if t.condition, err = where.Compile(w.Where, t.Stream.Columns); err != nil {
			return nil, err
		}
	}
	t.Outlet.Name, t.Outlet.Named, t.Outlet.Rows = name, true, true
	t.Outlet.QueueBytes, t.Outlet.Stall, t.Outlet.Drain = options.queue, options.stall, options.stall
	t.full = options.full
	t.Outlet.Secure = options.secure
	if t.split = options.split; t.split > 0 {
		if kind != nil || t.Outlet.Target.Scheme != "file" {
			return nil, errors.New("option split is for files")
		}
		t.Outlet.Numbered = true
	}
	t.Outlet.Gzip, t.Outlet.Zstd = packed == "gz", packed == "zst"
	t.encoder = encode.Config{
		Columns: t.chosen(), Frame: 64 << 10, Domain: options.domain, Enterprise: options.enterprise, Describe: options.describe,
	}
	if kind == nil {
		if len(left) > 0 {
			return nil, drive.UnknownOption(left, Options)
		}
		if options.spool > 0 {
			return nil, errors.New("option spool is for places that a driver serves")
		}
		return t, t.bytes()
	}
	return t, t.driven(kind, c, options, left)
}

// bytes completes a target that no driver serves.
func (t *Target) bytes() error {
	if t.Outlet.Target.Scheme == "udp" {
		t.messages, t.encoder.Datagrams, t.encoder.Frame = true, true, 0
		if t.format.Binary {
			t.encoder.Frame = datagram
		}
	}
	_, err := t.format.New(t.encoder)
	return err
}

// datagram is the largest message over UDP: what IPv6 guarantees without fragments but for its headers, and a
// little more that all Ethernet has.
const datagram = 1400

// driven completes a target that a driver serves.
func (t *Target) driven(k *drive.Kind, c *Config, o *common, left map[string]string) error {
	t.encoder.Rows = o.rows // a batch is whole frames
	address, _ := strings.CutPrefix(t.Word.Address, "file:")
	d := &drive.Config{
		Kind: k, Scheme: t.Word.Scheme, Address: address, Options: left, Stream: t.Stream.Name, Run: c.Run,
		Columns: t.encoder.Columns, Create: outlet.CreatePart,
	}
	parcel := drive.Parcel{Batch: drive.Batch{Run: c.Run, Stream: t.Stream.Name}}
	if k.Table {
		parcel.Columns = d.Columns
	} else {
		if t.messages = k.Messages; k.Messages {
			t.encoder.Frame = 0
			if t.format.Binary {
				t.encoder.Frame = 64 << 10
			}
		}
		d.Format = t.format.Name
		parcel.Format = d.Format
		if _, err := t.format.New(t.encoder); err != nil {
			return err
		}
	}
	if err := d.CheckOptions(); err != nil {
		return err
	}
	if err := k.Check(d); err != nil {
		return err
	}
	if k.Shared {
		t.table = d.Table()
	}
	t.Outlet.Driver = func(ctx context.Context) (drive.Driver, error) { return k.Open(ctx, d) }
	if _, set := t.Word.Options["bytes"]; !set && k.Bytes > 0 {
		o.bytes = k.Bytes
	}
	t.Outlet.Batch = outlet.Batching{
		Rows: o.rows, Bytes: o.bytes, Age: o.age, Timeout: o.timeout, Parcel: parcel, Target: Shown(t.Word.Text),
	}
	if o.spool == 0 {
		return nil
	}
	dir, err := spoolDir(o.spoolDir, d)
	t.Outlet.Batch.Spool = &outlet.Spool{Dir: dir, Max: int64(o.spool)}
	return err
}

// File returns the path of the file that the target makes, empty if it makes none.
func (t *Target) File() string {
	if t.Outlet.Driver == nil {
		return t.Outlet.Target.Path
	}
	if strings.HasPrefix(t.Word.Address, "//") {
		return ""
	}
	return t.Word.Address
}

// Table returns the table that the rows go to if several streams may share the place, else an empty text.
func (t *Target) Table() string { return t.table }

// Documentation is the enterprise number for documentation (RFC 5612), the default of Config.Enterprise.
const Documentation = 32473

// Placeholder reports whether columns leave the machine under the enterprise number for documentation.
func (t *Target) Placeholder() bool {
	return t.format != nil && t.format.Name == "ipfix" && t.encoder.Describe && t.encoder.Enterprise == Documentation && t.File() == "" && t.Outlet.Target.Scheme != "-"
}

// Shown is the target as it may be shown.
func (t *Target) Shown() string {
	if t.Word == nil { // of a plugin's record outlet
		return t.Outlet.Target.String()
	}
	if _, word, ok := strings.Cut(t.Word.Text, "="); ok && t.Word.Stream != "" {
		return Shown(word)
	}
	return Shown(t.Word.Text)
}

// upTo returns the numbers below n.
func upTo(n int) []int {
	var list []int
	for i := range n {
		list = append(list, i)
	}
	return list
}

// stream returns the stream of a name.
func (c *Config) stream(name string) (*stream.Stream, error) {
	var known []string
	for i := range c.Streams {
		if strings.EqualFold(c.Streams[i].Name, name) {
			return &c.Streams[i], nil
		}
		known = append(known, c.Streams[i].Name)
	}
	return nil, fmt.Errorf("no stream %s in this run%s (there are %s)", name, nearest.Hint(name, known), strings.Join(known, ", "))
}

// CheckRows returns an error if the rows of no stream can go to text, a word without a stream.
func CheckRows(text string, kinds []*drive.Kind) error {
	w, err := Parse(text)
	if err != nil {
		return err
	}
	if err = (&Config{Kinds: kinds}).rows(w); err != nil {
		return fmt.Errorf("target %q: %w", Shown(text), err)
	}
	return nil
}

func (c *Config) rows(w *Word) error {
	if w.Stream != "" {
		return fmt.Errorf("names the stream %s, and the rows are those of the plugin: leave it out", w.Stream)
	}
	kind, _, err := c.place(&Target{Word: w})
	if err != nil {
		return err
	}
	_, left, err := read(w, c.Kinds)
	switch {
	case err != nil:
		return err
	case kind != nil:
		return (&drive.Config{Kind: kind, Options: left}).CheckOptions()
	case len(left) > 0:
		return drive.UnknownOption(left, Options)
	}
	return nil
}

// place finds out the format, and what delivers: a driver, or kind is nil.
func (c *Config) place(t *Target) (kind *drive.Kind, packed string, err error) {
	w := t.Word
	format, scheme := w.Format, w.Scheme
	frames := t.Stream != nil && t.Stream.Frames
	if format == "" && encode.Named(scheme) != nil { // FORMAT:PATH
		format, scheme = scheme, ""
	}
	kind = drive.OfScheme(c.Kinds, scheme)
	if scheme == "" || scheme == "file" {
		var end string
		end, packed = ending(w.Address)
		if k := drive.OfEnding(c.Kinds, end); k != nil && format == "" {
			kind, packed = k, ""
			w.Scheme = kind.Schemes[0]
		} else if format == "" {
			if f := encode.Ending(end); f != nil {
				format = f.Name
			} else if w.Address != "-" && !frames {
				return nil, "", fmt.Errorf("its ending does not tell the format: write FORMAT:%s (formats: %s), or a name that ends in one of %s", w.Address, strings.Join(formats(), ", "), strings.Join(c.endings(), ", "))
			}
		}
	}
	if kind != nil && kind.Table {
		if format != "" {
			return nil, "", fmt.Errorf("%s takes columns, not %s: leave the format out", kind.Schemes[0], format)
		}
		return kind, "", nil
	}
	switch {
	case format != "":
	case frames:
		format = "raw"
	case scheme != "":
		format = "json"
	default:
		format = "text"
	}
	if t.format = encode.Named(format); t.format == nil {
		return nil, "", fmt.Errorf("unknown format %s%s (formats: %s)", format, nearest.Hint(format, formats()), strings.Join(formats(), ", "))
	}
	if kind != nil {
		return kind, "", nil
	}
	address := w.Address
	switch {
	case scheme == "" && address == "-":
	case scheme == "":
		address = "file:" + address
	default:
		address = scheme + ":" + address
	}
	if t.Outlet.Target, err = outlet.ParseDestination(address); err != nil {
		return nil, "", fmt.Errorf("want %s", strings.Join(c.forms(), ", "))
	}
	return nil, packed, nil
}

func formats() []string {
	var list []string
	for _, f := range encode.Formats {
		list = append(list, f.Name)
	}
	return list
}

func (c *Config) endings() []string {
	var list []string
	for _, f := range encode.Formats {
		list = append(list, f.Ends...)
	}
	for _, k := range c.Kinds {
		list = append(list, k.Ends...)
	}
	for i := range list {
		list[i] = "." + list[i]
	}
	return list
}

// forms are the forms of targets.
func (c *Config) forms() []string {
	list := []string{"PATH", "-", "tcp://HOST:PORT", "tls://HOST:PORT", "udp://HOST:PORT", "unix://PATH"}
	for _, k := range c.Kinds {
		list = append(list, k.Form)
	}
	return list
}

// choose finds the columns that the option names.
func (t *Target) choose(text string) error {
	s := t.Stream
	if strings.TrimSpace(text) == "" {
		n := len(s.Columns)
		if t.format != nil && t.format.Name == "text" {
			n = s.Record
		}
		t.columns = upTo(n)
		return nil
	}
	var err error
	t.columns, err = pick(s, "option columns", text, s.Name)
	return err
}

// Reads returns the indexes of the columns of its stream that the target needs: those that leave, and those of its condition.
func (t *Target) Reads() []int {
	list := slices.Clone(t.columns)
	if t.condition != nil {
		list = append(list, t.condition.Columns...)
	}
	return list
}

// chosen describes the columns that leave.
func (t *Target) chosen() []value.Column {
	var list []value.Column
	for _, i := range t.columns {
		list = append(list, t.Stream.Columns[i])
	}
	return list
}
