package outlet

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files returns what is in a folder, unpacked.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(e.Name(), ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(data))
			if err == nil {
				data, err = io.ReadAll(r)
			}
			if err != nil {
				t.Fatalf("%s: %v", e.Name(), err)
			}
		}
		all[e.Name()] = string(data)
	}
	return all
}

func TestRecordFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		cfg   Config
		abort bool
		want  map[string]string
	}{
		{"one", Config{}, false, map[string]string{"x": "a\nb\nc\n"}},
		{"numbered", Config{Numbered: true, First: 7}, false, map[string]string{"x7": "a\n", "x8": "b\nc\n", "x9": ""}},
		{"compressed", Config{Gzip: true}, false, map[string]string{"x.gz": "a\nb\nc\n"}},
		{"both", Config{Gzip: true, Numbered: true}, false, map[string]string{"x0.gz": "a\n", "x1.gz": "b\nc\n", "x2.gz": ""}},
		{"broken", Config{Numbered: true}, true, map[string]string{"x0": "a\n", "x1": "b\nc\n", "x2.part": ""}},
		{"broken and compressed", Config{Gzip: true}, true, map[string]string{"x.gz.part": "a\nb\nc\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.cfg.Name, c.cfg.Target = "r", to("file:"+filepath.Join(dir, "x"))
			o, err := Open(context.Background(), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, frame := range []string{"a\n", "|", "b\n", "c\n", "|"} {
				switch {
				case frame != "|":
					err = o.Send([]byte(frame))
				case c.cfg.Numbered:
					err = o.Next()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.abort {
				o.Abort()
			} else if _, err := o.Close(); err != nil {
				t.Error(err)
			}
			if st := o.Stats(); st.Frames != 3 || st.Bytes != 6 {
				t.Errorf("counts %+v", st)
			}
			if diff := cmp.Diff(c.want, files(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheNextFileCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	o, err := Open(context.Background(), Config{Name: "r", Target: to("file:" + filepath.Join(dir, "x")), Numbered: true, Live: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "x1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := o.Next(); err == nil || !strings.HasSuffix(err.Error(), "x1: is a directory: name a file in it") {
		t.Errorf("next: %v", err)
	}
	o.Abort()
	if _, err := os.Stat(filepath.Join(dir, "x0")); err != nil {
		t.Errorf("the file before: %v", err)
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, cfg := range []Config{{}, {Numbered: true}, {Gzip: true}} {
		cfg.Name, cfg.Target = "r", to("file:"+filepath.Join(dir, "x"))
		o, err := Open(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		o.Discard()
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestMaxBytes: numbered files count together, and each for itself.
func TestMaxBytes(t *testing.T) {
	for _, c := range []struct {
		name     string
		numbered bool
		frame    string
		sent     int // frames, each in a file of its own if they are numbered
	}{
		{"one file", false, strings.Repeat("x", 1<<17), 8},
		{"numbered files", true, strings.Repeat("x", 1<<17-newFile), 8},
		{"empty files", true, "", 256},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			o := open(t, Config{Name: "r", Target: to("file:" + path), Numbered: c.numbered, MaxBytes: 1 << 20})
			var err error
			sent := 0
			for ; err == nil; sent++ {
				if err = o.Send([]byte(c.frame)); err == nil && c.numbered {
					err = o.Next()
				}
			}
			if sent--; sent != c.sent {
				t.Errorf("%d were sent, want %d", sent, c.sent)
			}
			wantErr(t, err, "outlet r: write "+path+": more than 1 MiB: set output.max_file higher if the plugin may write that much")
		})
	}
}
