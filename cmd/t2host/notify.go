package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/t2host/t2host/host/watch"
)

// statusEvery is how often systemd gets a line of the run at least.
const statusEvery = 5 * time.Second

// notify tells systemd, if it started t2host with Type=notify, the state of a run until done is called: READY when it reads, a line of
// its figures, and WATCHDOG as long as data moves, or an idle input does: a run that hangs does not get it, however well its timers are.
func notify(w *watch.Watch) (done func()) {
	if told, err := daemon.SdNotify(false, "STATUS=loading plugins"); !told || err != nil {
		return func() {}
	}
	every := statusEvery
	dog, err := daemon.SdWatchdogEnabled(false)
	if err == nil && dog > 0 {
		every = min(every, dog/3)
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		n := &notifier{dog: dog}
		tick := time.NewTicker(min(every, 100*time.Millisecond))
		defer tick.Stop()
		for {
			s := w.State()
			if lines := n.lines(&s); lines != "" {
				_, _ = daemon.SdNotify(false, lines) // who does not listen is told nothing
			}
			select {
			case <-tick.C:
				if n.phase >= watch.Running {
					tick.Reset(every)
				}
			case <-stop:
				if s := w.State(); s.Phase >= watch.Ending {
					_, _ = daemon.SdNotify(false, n.lines(&s))
				}
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-ended
	}
}

// notifier makes what systemd is told.
type notifier struct {
	dog      time.Duration // within which it must hear of the run; 0: it does not care
	phase    watch.Phase
	progress progress
}

// lines returns what systemd is told of a state, empty if nothing.
func (n *notifier) lines(s *watch.State) string {
	if s.Phase == watch.Starting {
		return ""
	}
	list := []string{"STATUS=" + n.progress.line(*s, 200)}
	if n.phase == watch.Starting {
		list = append(list, daemon.SdNotifyReady)
	}
	if s.Phase >= watch.Ending && n.phase < watch.Ending {
		list = append(list, daemon.SdNotifyStopping)
	}
	n.phase = s.Phase
	switch {
	case n.dog == 0:
	case s.Phase == watch.Running && s.Still > n.dog/2:
		list[0] = fmt.Sprintf("STATUS=nothing has moved for %v", s.Still.Round(time.Second))
	default:
		list = append(list, daemon.SdNotifyWatchdog)
	}
	return strings.Join(list, "\n")
}
