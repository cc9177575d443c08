// Package lines writes a log as lines for people: "t2host: warning: plugin tcpwin: text".
package lines

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/t2host/t2host/host/printable"
)

// Alert is the level of a warning that results are incomplete: it is shown with -q too.
const Alert = slog.LevelWarn + 2

// Attributes of a record that this package knows. Others are not shown.
const (
	Plugin = "plugin" // the name of who says it
	Batch  = "batch"  // of whose work it is
	First  = "first"  // packet of the batch
	Last   = "last"   // packet of the batch
)

// Handler is a [slog.Handler] that writes lines.
type Handler struct {
	mu    *sync.Mutex
	w     io.Writer
	least slog.Leveler
	where bool
	attrs []slog.Attr
}

// New returns a handler that writes records of a level and above to w. With where, lines of plugins end with the batch and the packets
// that they are about.
func New(w io.Writer, least slog.Leveler, where bool) *Handler {
	return &Handler{mu: &sync.Mutex{}, w: w, least: least, where: where}
}

// Enabled reports whether records of a level are written.
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.least.Level() }

// Handle writes a record. It returns the error of the write.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	var plugin string
	var batch, first, last uint64
	note := func(a slog.Attr) bool {
		switch a.Key {
		case Plugin:
			plugin = a.Value.String()
		case Batch:
			batch = a.Value.Uint64()
		case First:
			first = a.Value.Uint64()
		case Last:
			last = a.Value.Uint64()
		}
		return true
	}
	for _, a := range h.attrs {
		note(a)
	}
	r.Attrs(note)
	var b strings.Builder
	b.WriteString("t2host: ")
	if r.Level >= slog.LevelWarn && r.Level < slog.LevelError {
		b.WriteString("warning: ")
	}
	if plugin != "" {
		b.WriteString("plugin " + plugin + ": ")
	}
	b.WriteString(printable.Tabbed(r.Message))
	if h.where && batch > 0 {
		fmt.Fprintf(&b, " (batch %d", batch)
		if last > 0 {
			fmt.Fprintf(&b, ", packets %d to %d", first, last)
		}
		b.WriteByte(')')
	}
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

// WithAttrs returns a handler whose records have these attributes too.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	n := *h
	n.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	return &n
}

// WithGroup returns h: lines have no groups.
func (h *Handler) WithGroup(string) slog.Handler { return h }

// Name returns the name of a level: INFO, WARN, ALERT, ERROR.
func Name(level slog.Level) string {
	if level == Alert {
		return "ALERT"
	}
	return level.String()
}

// JSON returns a handler that writes each record as a JSON object in a line: time, level, msg and the attributes.
func JSON(w io.Writer, least slog.Leveler) slog.Handler {
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if level, ok := a.Value.Any().(slog.Level); ok && a.Key == slog.LevelKey {
			a.Value = slog.StringValue(Name(level))
		}
		return a
	}})
}
