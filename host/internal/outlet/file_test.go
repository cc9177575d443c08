package outlet

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFile(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "x.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := open(t, Config{Target: to("file:" + path)})
	send(t, o, 0, 1000, 300)
	if err := flush(o); err != nil {
		t.Fatal(err)
	}
	if s := read(t, path); s != "old" {
		t.Errorf("replaced before the rename: %.20q", s)
	}
	consecutive(t, numbers(t, split([]byte(read(t, path+".part"))), 300), 1000)
	if st, err := closes(t, o, 1000); err != nil || st.Bytes != 300_000 {
		t.Errorf("%+v, %v", st, err)
	}
	consecutive(t, numbers(t, split([]byte(read(t, path))), 300), 1000)
	if fi, _ := os.Stat(path); fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, was 0600", fi.Mode())
	}
	if _, err := os.Stat(path + ".part"); err == nil {
		t.Error(".part is left")
	}
}

func TestFileAbort(t *testing.T) {
	noLeaks(t)
	for frame, want := range map[string]string{
		"one\ntwo\nthr":  "one\ntwo\n",
		"one\ntwo\n":     "one\ntwo\n",
		"report\n\n\x00": "report\n\n\x00",
		"one\n" + strings.Repeat("x", 3*fileBuffer): "one\n",
		"binary": "binary",
	} {
		path := filepath.Join(t.TempDir(), "x.txt")
		o := open(t, Config{Target: to("file:" + path)})
		if err := o.Send([]byte(frame)); err != nil {
			t.Fatal(err)
		}
		o.Abort()
		if got := read(t, path+".part"); got != want {
			t.Errorf("%.20q: got %.20q, want %.20q", frame, got, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%.20q: looks whole", frame)
		}
	}
}

// What is in the way of an outlet is never written through, whatever it leads to.
func TestFileInTheWay(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(path, other string) error
		want  string // OTHER is the other file; empty: there is no error
	}{
		{
			"link", func(path, other string) error { return os.Symlink(other, path) },
			"open PATH: is a symbolic link to OTHER, which is not followed: remove it, or write to OTHER",
		},
		{
			"link to nothing", func(path, other string) error { return os.Symlink(other+"s", path) },
			"open PATH: is a symbolic link to OTHERs, which is not followed: remove it, or write to OTHERs",
		},
		{
			"link .part", func(path, other string) error { return os.Symlink(other, path+".part") },
			"open PATH.part: is a symbolic link to OTHER, which is not followed: remove it",
		},
		{
			"folder .part", func(path, _ string) error { return os.Mkdir(path+".part", 0o755) },
			"open PATH.part: is a directory: name a file in it",
		},
		{"hard link", func(path, other string) error { return os.Link(other, path) }, ""},
		{"hard link .part", func(path, other string) error { return os.Link(other, path+".part") }, ""},
		{"left .part", func(path, _ string) error { return os.WriteFile(path+".part", []byte("a longer text"), 0o400) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path, other := filepath.Join(dir, "x"), filepath.Join(dir, "other")
			if err := errors.Join(os.WriteFile(other, []byte("precious"), 0o666), c.plant(path, other)); err != nil {
				t.Fatal(err)
			}
			o, err := Open(t.Context(), Config{Name: "o", Target: to("file:" + path)})
			if c.want != "" {
				wantErr(t, err, "outlet o: "+strings.NewReplacer("PATH", path, "OTHER", other).Replace(c.want))
			} else if err != nil {
				t.Fatal(err)
			} else {
				send(t, o, 0, 1, 20)
				if _, err := closes(t, o, 1); err != nil {
					t.Fatal(err)
				}
				if read(t, path) != string(frame(0, 20)) {
					t.Error("not written")
				}
			}
			if read(t, other) != "precious" {
				t.Error("the other file was written")
			}
		})
	}
}

// A path with a slash at its end names a folder, also where there is none.
func TestFileNamesFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x") + "/"
	_, err := Open(t.Context(), Config{Name: "o", Target: to("file:" + path)})
	wantErr(t, err, "outlet o: open "+path+": is a directory: name a file in it")
}

func TestFileErrors(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	for target, want := range map[string]string{
		dir:           "open " + dir + ": is a directory: name a file in it",
		dir + "/no/x": "open " + dir + "/no/x.part: no such file or directory: make the folder first: mkdir -p " + dir + "/no",
	} {
		_, err := Open(context.Background(), Config{Name: "o", Target: to("file:" + target)})
		wantErr(t, err, "outlet o: "+want)
	}
	if os.Getuid() == 0 {
		return // may write everywhere
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), Config{Name: "o", Target: to("file:" + dir + "/x")})
	wantErr(t, err, "outlet o: open "+dir+"/x.part: permission denied"+mine(dir))
}

func TestDiskFull(t *testing.T) {
	noLeaks(t)
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	o := open(t, Config{Target: to("file:/dev/full")})
	var err error
	for n := 0; err == nil && n < 2*fileBuffer; n += 1000 {
		err = o.Send(frame(n, 1000))
	}
	wantErr(t, err, "outlet tcpwinsink.reports: write /dev/full: no space left on device")
	_, err = o.Close()
	wantErr(t, err, "outlet tcpwinsink.reports: write /dev/full: no space left on device")
	if fi, err := os.Stat("/dev/full"); err != nil || fi.Mode().IsRegular() {
		t.Fatal("the device was replaced")
	}
}

// A file that could not be written keeps the name .part and ends at a line's end.
func TestFileTooLarge(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "x")
	o := open(t, Config{Target: to("file:" + path)})
	send(t, o, 0, 10, 100)
	if err := flush(o); err != nil {
		t.Fatal(err)
	}
	f := o.c.(*file)
	f.f.Close() // the next write has an error, as on a disk that went away
	send(t, o, 10, 11, 100)
	if _, err := o.Close(); err == nil {
		t.Error("no error")
	}
	consecutive(t, numbers(t, split([]byte(read(t, path+".part"))), 100), 10)
	if _, err := os.Stat(path); err == nil {
		t.Error("looks whole")
	}
}

func TestStdout(t *testing.T) {
	noLeaks(t)
	var out bytes.Buffer
	o := open(t, Config{Target: to("-"), Stdout: &out})
	send(t, o, 0, 1, 100)
	if out.Len() != 0 {
		t.Error("not buffered")
	}
	if err := flush(o); err != nil || out.Len() != 100 {
		t.Error(out.Len(), err)
	}
	send(t, o, 1, 3, 100)
	if _, err := closes(t, o, 3); err != nil {
		t.Error(err)
	}
	consecutive(t, numbers(t, split(out.Bytes()), 100), 3)
}

func TestStdoutClosed(t *testing.T) {
	noLeaks(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	o := open(t, Config{Target: to("-"), Stdout: w})
	send(t, o, 0, 1, 100)
	err = flush(o)
	wantErr(t, err, "outlet tcpwinsink.reports: write standard output: broken pipe")
	if !errors.Is(err, syscall.EPIPE) {
		t.Error("the system's error is not wrapped")
	}
	if err := o.Send([]byte("x")); err == nil {
		t.Error("Send goes on")
	}
}

// writes notes every write.
type writes struct{ sizes []int }

func (w *writes) Write(p []byte) (int, error) { w.sizes = append(w.sizes, len(p)); return len(p), nil }

// Never half a frame in one write.
func TestWholeFramesOnly(t *testing.T) {
	var w writes
	o := open(t, Config{Target: to("-"), Stdout: &w})
	const size = fileBuffer/2 - 100
	send(t, o, 0, 9, size)
	if err := o.Send(make([]byte, 3*fileBuffer)); err != nil {
		t.Fatal(err)
	}
	o.Close()
	for _, n := range w.sizes {
		if n%size != 0 && n != 3*fileBuffer {
			t.Errorf("writes of %v", w.sizes)
		}
	}
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		o, err := Open(t.Context(), Config{Name: "o", Target: to("-"), Stdout: &out, Live: true})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			send(t, o, n, n+1, 100)
			time.Sleep(time.Second)
			synctest.Wait()
			if out.Len() != 100*(n+1) {
				t.Errorf("after %d s: %d bytes", n+1, out.Len())
			}
		}
		o.Close()
	})
}

// TestLiveNotSynced: what the disk refuses during a run is an error of the next Send, and of Close
// if there is none.
func TestLiveNotSynced(t *testing.T) {
	for _, more := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "x")
		o := open(t, Config{Target: to("file:" + path)})
		send(t, o, 0, 1, 100)
		f := o.c.(*file)
		f.unsynced = &os.PathError{Op: "sync", Path: path + ".part", Err: syscall.EIO} // as syncPart leaves it
		const want = "outlet tcpwinsink.reports: sync "
		if more {
			wantErr(t, o.Send([]byte("x")), want+path+".part: input/output error")
		}
		_, err := o.Close()
		wantErr(t, err, want+path+".part: input/output error")
		if got := read(t, path+".part"); got != string(frame(0, 100)) {
			t.Errorf("%q is left, want whole lines", got)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("looks whole")
		}
	}
}

// TestReopen: a file that was moved away is complete where it is, and the next one begins as the first did. One that was not moved
// goes on.
func TestReopen(t *testing.T) {
	for _, packed := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "rows.txt")
		out, err := Open(t.Context(), Config{Name: "o", Target: File(path), Live: true, Gzip: packed, Head: func() []byte { return []byte("%head\n") }})
		if err != nil {
			t.Fatal(err)
		}
		send := func(text string) {
			if err := out.Send([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		reopen := func(want bool) {
			if moved, err := out.Reopen(); moved != want || err != nil {
				t.Fatalf("moved is %v, %v; want %v", moved, err, want)
			}
		}
		end := ""
		if packed {
			end = ".gz"
		}
		send("one\n")
		reopen(false)
		send("two\n")
		if err := os.Rename(path+end+".part", path+".1"); err != nil {
			t.Fatal(err)
		}
		reopen(true)
		reopen(false)
		send("three\n")
		if _, err := out.Close(); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{path + ".1": "%head\none\ntwo\n", path + end: "%head\nthree\n"} {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if packed {
				z, err := gzip.NewReader(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if data, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if string(data) != want {
				t.Errorf("%s is %q, want %q", name, data, want)
			}
		}
	}
}
