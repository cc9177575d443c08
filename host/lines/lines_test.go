package lines

import (
	"log/slog"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		least slog.Level
		where bool
		want  string
	}{
		{slog.LevelInfo, false, "t2host: begins\nt2host: warning: plugin p: slow\nt2host: warning: lost\\x1b\nt2host: broken\n"},
		{slog.LevelInfo, true, "t2host: begins\nt2host: warning: plugin p: slow (batch 3, packets 10 to 20)\nt2host: warning: lost\\x1b\nt2host: broken\n"},
		{Alert, false, "t2host: warning: lost\\x1b\nt2host: broken\n"},
	} {
		var b strings.Builder
		log(t, slog.New(New(&b, c.least, c.where)))
		if got := strings.ReplaceAll(b.String(), "\x1b", "ESC"); got != c.want {
			t.Errorf("from %v:\n%s\nwant\n%s", c.least, got, c.want)
		}
	}
}

func log(t *testing.T, l *slog.Logger) {
	l.Info("begins")
	l.With(Plugin, "p").Warn("slow", Batch, uint64(3), First, uint64(10), Last, uint64(20))
	l.Log(t.Context(), Alert, "lost\x1b")
	l.Error("broken")
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	log(t, slog.New(JSON(&b, slog.LevelWarn)))
	for i, want := range []string{
		`"level":"WARN","msg":"slow","plugin":"p","batch":3,"first":10,"last":20}`,
		`"level":"ALERT","msg":"lost\u001b"}`,
		`"level":"ERROR","msg":"broken"}`,
	} {
		if line := strings.Split(b.String(), "\n")[i]; !strings.HasSuffix(line, want) {
			t.Errorf("line %d is %s", i, line)
		}
	}
}
