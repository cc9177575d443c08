package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/sdk"
)

// reload reads where rows go again, while a run goes on: targets of the settings that are new are opened, those that are gone get what
// is left and are closed.
type reload struct {
	*Config
	plan  *plan.Plan
	out   *outlets
	live  bool
	words []string // of the settings, as the run has them now
}

// rest is what a reload does not do.
const rest = "other settings and plugins need a restart"

// read reads the settings and does what has changed. What cannot be done is a warning, and the rest is done.
func (l *reload) read(ctx context.Context) {
	if l.ReadTo == nil {
		l.out.note("where rows go is not read again: --to names it; " + rest)
		return
	}
	words, err := l.ReadTo()
	if err != nil {
		l.out.warn("where rows go stays as it was: " + err.Error())
		return
	}
	added, removed := without(words, l.words), without(l.words, words)
	if len(added)+len(removed) == 0 {
		l.out.note("where rows go has not changed; " + rest)
		return
	}
	// What is new is open before what is gone gets its last row, so that no row is lost between the two.
	changes := map[*hub]*change{}
	of := func(h *hub) *change {
		if changes[h] == nil {
			changes[h] = &change{}
		}
		return changes[h]
	}
	for _, word := range added {
		n, err := l.open(ctx, word)
		if err != nil {
			l.out.warn(fmt.Sprintf("%s is not opened: %v", shownWord(word), err))
			words = slices.DeleteFunc(words, func(w string) bool { return w == word }) // the next reload tries again
			continue
		}
		of(n.hub).added = append(of(n.hub).added, n.writer)
		l.out.note(shownWord(word) + " is opened: it is new in the settings")
	}
	var gone []*named
	for _, n := range l.out.list() {
		if !n.ended && n.word != "" && slices.Contains(removed, n.word) {
			gone = append(gone, n)
			of(n.hub).removed = append(of(n.hub).removed, n.writer)
		}
	}
	for h, c := range changes {
		h.change(c.added, c.removed)
	}
	for _, n := range gone {
		l.close(n)
	}
	l.words = words
	l.out.note(rest)
}

// without returns what a list has and another one has not.
func without[T comparable](list, other []T) (more []T) {
	for _, x := range list {
		if !slices.Contains(other, x) {
			more = append(more, x)
		}
	}
	return more
}

// shownWord returns a word without what may be secret.
func shownWord(word string) string {
	name, address, ok := strings.Cut(word, "=")
	if !ok {
		return target.Shown(word)
	}
	return name + "=" + target.Shown(address)
}

// change is what comes to a hub, and what goes.
type change struct{ added, removed []*target.Writer }

// close closes a target, which gets what is left.
func (l *reload) close(n *named) {
	err := n.writer.Flush()
	stats, closeErr := n.Close()
	n.stats, n.ended = stats, true
	if err = errors.Join(err, closeErr); err != nil {
		l.out.warn(fmt.Sprintf("%s is closed: %v", shownWord(n.word), err))
		return
	}
	l.out.note(shownWord(n.word) + " is closed: it is not in the settings any more")
}

// open opens a target of a stream that the run reads already.
func (l *reload) open(ctx context.Context, word string) (*named, error) {
	w, err := target.Parse(word)
	if err != nil {
		return nil, err
	}
	var plugins []*sdk.Plugin
	for _, p := range l.plan.Plugins {
		plugins = append(plugins, p.Plugin)
	}
	t, err := target.New(w, &target.Config{Streams: stream.Of(plugins), Kinds: l.Drivers, Run: l.plan.Run})
	if err != nil {
		return nil, err
	}
	switch {
	case t.File() != "":
		return nil, errors.New("a file needs a restart")
	case l.out.hubs[keyOf(t)] == nil:
		return nil, fmt.Errorf("stream %s needs a restart: it went nowhere when the run began, or not as often", t.Stream.Name)
	case t.Stream.Name == stream.Packets && len(without(t.Reads(), l.out.packets)) > 0:
		return nil, errors.New("its columns need a restart: they were not read when the run began")
	}
	t.Outlet.Undelivered = l.plan.Undelivered
	return l.out.openTarget(ctx, l.Config, l.plan, l.live, t)
}
