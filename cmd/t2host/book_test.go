package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/testdata/built"
)

// TestBook does what a reader of a chapter does: it makes the files, changes the code, and
// runs the commands of the text, in their order, in an empty folder of an empty home with
// the clone at ~/t2host. The output in the text must be what was printed.
//
//	```console            each line after "$ " is run by bash; the lines below it are what
//	                      it prints. A line ... matches any lines, … anything in a line
//	<!-- file PATH -->    the block below is that file
//	<!-- more PATH -->    the block below is appended to that file
//	<!-- in PATH -->      the block below holds declarations of Go: those that PATH has by
//	                      these names are replaced, the others are appended
//	<!-- from PATH -->    the block below is a part of that file of the repository; … matches
//	                      lines that are left out
//	<!-- example PATH -->  the files of that folder of the repository, but README.md and go.mod,
//	                      must be those in the current folder; -update copies them
//	<!-- needs NAME -->   without that program the chapter is skipped
//
// go test -run TestBook -update writes the outputs again.
func TestBook(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		skip(t, "what the book shows was printed on Linux")
		return
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	plugins, err := filepath.Glob("../../plugins/*/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 8 || len(plugins) < 6 {
		t.Fatal("pages are missing: ", pages, plugins)
	}
	mustBuild(t, built.Cache) // once, before the pages ask for it
	pages = append(pages, "../../README.md")
	for _, page := range append(pages, plugins...) {
		t.Run(strings.TrimPrefix(page, "../../"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			if !directives.Match(text) {
				return
			}
			r := newReader(t)
			fresh := r.read(string(text))
			if fresh != string(text) && *update && !t.Failed() {
				if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// reader is somebody who reads a chapter.
type reader struct {
	t         *testing.T
	home, dir string // dir is the reader's current folder
	env       []string
	port      string // in place of 5555
}

func newReader(t *testing.T) *reader {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, home: home, dir: filepath.Join(home, "work"), port: freeAddress(t)}
	clone := filepath.Join(home, "t2host")
	for _, dir := range []string{r.dir, filepath.Join(clone, "bin"), filepath.Join(clone, "testdata/guests")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err = os.Symlink(mustBuild(t, built.Program), filepath.Join(clone, "bin/t2host"))
	for _, part := range []string{"testdata/*.pcap", "testdata/guests/*.[ch]"} { // as much as the book names
		files, globErr := filepath.Glob(filepath.Join(root, part))
		for _, file := range files {
			rel, _ := filepath.Rel(root, file)
			data, readErr := os.ReadFile(file)
			err = errors.Join(err, readErr, os.WriteFile(filepath.Join(clone, rel), data, 0o644))
		}
		err = errors.Join(err, globErr)
	}
	if err != nil {
		t.Fatal(err)
	}
	golang, err := goFolders()
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(home, ".cache") // t2host's own plugins are compiled, so that nothing is said of it
	if err := os.CopyFS(cache, os.DirFS(mustBuild(t, built.Cache))); err != nil {
		t.Fatal(err)
	}
	r.env = append(os.Environ(), golang...)
	r.env = append(r.env, "HOME="+home, "XDG_CACHE_HOME="+cache, "XDG_DATA_HOME=", "XDG_STATE_HOME=", "T2HOST_PLUGINS=", "TZ=UTC", "LC_ALL=C", "GOPROXY=off", "GOFLAGS=-trimpath",
		"MAKEFLAGS=", "MAKELEVEL=", "PATH="+filepath.Join(clone, "bin")+":"+os.Getenv("PATH"))
	return r
}

// directives matches a page with something to run or to compare.
var directives = regexp.MustCompile("(?m)^(```console|<!-- (file|more|in|from) )")

var directive = regexp.MustCompile(`^<!-- (file|more|in|from|example|needs) (\S+) -->$`)

// read follows the text and returns it with the outputs that were seen.
func (r *reader) read(text string) string {
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	kind, path := "", ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSuffix(lines[i], "\n")
		out.WriteString(lines[i])
		if m := directive.FindStringSubmatch(line); m != nil {
			if kind, path = m[1], m[2]; kind == "example" {
				r.example(path)
				kind = ""
			} else if kind == "needs" {
				if _, err := exec.LookPath(path); err != nil {
					skip(r.t, "no "+path+" here")
					return text
				}
				kind = ""
			}
			continue
		}
		info, fence := strings.CutPrefix(line, "```")
		if !fence {
			if kind != "" {
				r.t.Fatalf("line %d: a block has to follow <!-- %s %s -->", i+1, kind, path)
			}
			continue
		}
		end := i + 1
		for end < len(lines) && strings.TrimSpace(lines[end]) != "```" {
			end++
		}
		block := strings.Join(lines[i+1:end], "")
		switch {
		case kind == "file":
			r.write(path, block)
		case kind == "more":
			old, err := os.ReadFile(filepath.Join(r.dir, path))
			if err != nil {
				r.t.Fatal(err)
			}
			r.write(path, string(old)+block)
		case kind == "in":
			r.weave(path, block)
		case kind == "from":
			r.quoted(path, block)
		case info == "console":
			block = r.console(block, i+1)
		}
		kind = ""
		out.WriteString(block)
		if end < len(lines) {
			out.WriteString(lines[end])
		}
		i = end
	}
	return out.String()
}

func (r *reader) write(path, text string) {
	r.t.Helper()
	path = filepath.Join(r.dir, path)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(strings.ReplaceAll(text, "127.0.0.1:5555", r.port)), 0o644)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// weave puts declarations into a file.
func (r *reader) weave(path, block string) {
	r.t.Helper()
	old, err := os.ReadFile(filepath.Join(r.dir, path))
	if err != nil {
		r.t.Fatal(err)
	}
	fresh, err := weave(string(old), block)
	if err != nil {
		r.t.Fatalf("%s: %v in\n%s", path, err, block)
	}
	r.write(path, fresh)
}

func (r *reader) quoted(path, block string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		r.t.Fatal(err)
	}
	rest := string(text)
	for part := range strings.SplitSeq(block, "…\n") { // a piece that is left out
		i := strings.Index(rest, part)
		if i < 0 {
			r.t.Errorf("%s does not hold, in this order:\n%s", path, part)
			return
		}
		rest = rest[i+len(part):]
	}
}

// example compares a folder of the repository with what the reader has made. README.md there
// is the example's own, and so is go.mod, which has the SDK elsewhere.
func (r *reader) example(path string) {
	r.t.Helper()
	root := filepath.Join("../..", path)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" || d.Name() == "go.mod" {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		made, err := os.ReadFile(filepath.Join(r.dir, rel))
		if err != nil {
			return err
		}
		made = bytes.ReplaceAll(made, []byte(r.port), []byte("127.0.0.1:5555"))
		shown, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		switch {
		case bytes.Equal(shown, made):
		case *update:
			return os.WriteFile(name, made, 0o644)
		default:
			r.t.Errorf("%s is not what the chapter makes (-update copies it; -there +made):\n%s", name, cmp.Diff(string(shown), string(made)))
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// console runs a block's commands and returns it with the outputs that were seen.
func (r *reader) console(block string, line int) string {
	var out strings.Builder
	for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		want = strings.TrimSuffix(want, "\n")
		bare, _, _ := strings.Cut(command, "  # ")
		got := r.run(bare)
		for range 10 { // what goes on beside it may take longer on a busy machine
			if matches(want, got) || !strings.HasPrefix(bare, "sleep ") {
				break
			}
			got = r.run(bare)
		}
		out.WriteString("$ " + command + "\n")
		switch {
		case matches(want, got):
			got = want
		case !*update:
			r.t.Errorf("line %d: $ %s (-text +printed):\n%s", line, command, cmp.Diff(want, got))
		default:
			got = withPatterns(want, got)
		}
		if got != "" {
			out.WriteString(got + "\n")
		}
	}
	return out.String()
}

// withPatterns returns what was printed, with those lines of the text that match several.
func withPatterns(want, got string) string {
	lines := strings.Split(got, "\n")
	for w := range strings.SplitSeq(want, "\n") {
		for i, line := range lines {
			if strings.Contains(w, "…") && matches(w, line) {
				lines[i] = w
			}
		}
	}
	return strings.Join(lines, "\n")
}

// matches compares what a text shows with what was printed.
func matches(want, got string) bool {
	var b strings.Builder
	for line := range strings.SplitSeq(want, "\n") {
		if line == "..." {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + `\n`)
	}
	return regexp.MustCompile(`\A` + b.String() + `\z`).MatchString(got + "\n")
}

// run runs a command in the reader's folder. Background commands end with the test.
func (r *reader) run(command string) string {
	r.t.Helper()
	out, err := os.CreateTemp(r.home, ".out")
	if err != nil {
		r.t.Fatal(err)
	}
	defer out.Close()
	state := filepath.Join(r.home, ".pwd")
	script := fmt.Sprintf("cd %q\n%s\ncode=$?\npwd >%q\nexit $code\n", r.dir, strings.ReplaceAll(command, "127.0.0.1:5555", r.port), state)
	cmd := exec.Command("bash", "-c", script)
	cmd.Env, cmd.Stdout, cmd.Stderr = r.env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	group := cmd.Process.Pid
	r.t.Cleanup(func() { _ = syscall.Kill(-group, syscall.SIGKILL) })
	failure := cmd.Wait()
	printed, err := os.ReadFile(out.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	if failure != nil {
		r.t.Fatalf("$ %s: %v\n%s", command, failure, printed)
	}
	if dir, err := os.ReadFile(state); err == nil {
		r.dir = strings.TrimSpace(string(dir))
	}
	if strings.Contains(command, "receive tcp://") {
		awaitReceiver(r.t, r.port)
	}
	printed = bytes.ReplaceAll(printed, []byte(r.home), []byte("~"))
	printed = bytes.ReplaceAll(printed, []byte(r.port), []byte("127.0.0.1:5555"))
	return strings.TrimRight(strings.ReplaceAll(string(printed), "\x00", "␀"), "\n")
}

// freeAddress is one at which nobody listens, as long as 127.0.0.1:5555, so that tables look as in the text.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 2000+rand.IntN(8000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port of four digits is free")
	return ""
}

// awaitReceiver waits until somebody listens at the address.
func awaitReceiver(t *testing.T, address string) {
	t.Helper()
	for range 500 {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the receiver does not listen")
}
