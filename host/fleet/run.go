package fleet

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/download"
)

// MaxCapture bounds a capture that a web server has, in bytes.
const MaxCapture = 1 << 40

// Failed is the error of a run that would fail anywhere: of its plugin, its settings or its capture.
type Failed struct{ Words string }

func (f *Failed) Error() string { return f.Words }

// Runner runs tasks on this machine.
type Runner struct {
	Program string // t2host
	Dir     string // for files while tasks run, and modules
	// Fetch writes an object to a file; nil: there is none.
	Fetch func(ctx context.Context, sum, path string) error
}

// waitDelay is how long a run that was ended may need.
const waitDelay = 5 * time.Second

// maxWordsOfError bounds what is kept of a run's standard error.
const maxWordsOfError = 2000

// filesFolder is the folder of a task in which its run writes.
const filesFolder = "files"

// Run runs a task, and writes its result, packed, to a file that it makes: result.json, flows.txt, and the files of plugins. Its error is a
// *Failed if the run would fail on each machine.
func (r *Runner) Run(ctx context.Context, t *Task, to string) error {
	dir, err := os.MkdirTemp(r.Dir, "task-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, filesFolder), 0o700); err != nil {
		return err
	}
	args, err := r.arguments(ctx, t, dir)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.Program, args...)
	cmd.Dir = filepath.Join(dir, filesFolder)
	// Where memory is short, Go's runtime ends with code 2, as t2host does for a wrong command; with "crash" it ends by a signal.
	cmd.Env = []string{"HOME=" + r.Dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "GOTRACEBACK=crash"}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = waitDelay
	err = cmd.Run()
	words := strings.TrimSpace(said.String())
	if len(words) > maxWordsOfError { // how it began says what, and how it ended says why
		words = words[:maxWordsOfError/2] + " … " + words[len(words)-maxWordsOfError/2:]
	}
	words = strings.ToValidUTF8(words, "")
	var exit *exec.ExitError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && exit.Exited():
		return &Failed{words}
	default:
		return fmt.Errorf("%w: %s", err, words)
	}
	return pack(dir, to)
}

// arguments returns the command line of a task, whose captures and modules are there then.
func (r *Runner) arguments(ctx context.Context, t *Task, dir string) ([]string, error) {
	var paths []string
	for i, f := range t.Files {
		path := f.Path
		switch {
		case path == "":
			path = filepath.Join("..", fmt.Sprintf("capture-%d", i))
			if err := r.fetch(ctx, f.SHA256, filepath.Join(dir, filepath.Base(path))); err != nil {
				return nil, fmt.Errorf("capture: %w", err)
			}
		case download.IsURL(path):
			url := path
			path = filepath.Join("..", fmt.Sprintf("capture-%d", i))
			here := filepath.Join(dir, filepath.Base(path))
			if err := download.Fetch(ctx, url, here, MaxCapture); err != nil {
				return nil, fmt.Errorf("capture: %w", err)
			}
			if err := check(here, f.SHA256); err != nil {
				return nil, &Failed{"capture " + url + ": " + err.Error()}
			}
		default:
			if err := check(path, f.SHA256); err != nil {
				return nil, &Failed{"capture " + err.Error()}
			}
		}
		paths = append(paths, path)
	}
	args := []string{"-q", "-C", os.DevNull, "-w", outPrefix, "--to", "flows=text:../" + flowsFile, "--result", "../" + resultFile}
	if len(paths) == 1 {
		args = append(args, "-r", paths[0])
	} else {
		list := filepath.Join(dir, "list")
		if err := os.WriteFile(list, []byte(strings.Join(paths, "\n")+"\n"), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "-R", "../list")
	}
	words := append([]string(nil), t.Plugins...)
	for _, m := range t.Modules {
		path := filepath.Join(r.Dir, "modules", m.SHA256+".wasm") // of all tasks
		if check(path, m.SHA256) != nil {
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), r.fetch(ctx, m.SHA256, path)); err != nil {
				return nil, fmt.Errorf("module %s: %w", m.Name, err)
			}
		}
		words = append(words, path)
		args = append(args, "--pin", path+"="+m.SHA256)
	}
	args = append(args, "-p", strings.Join(words, ","))
	for _, s := range t.Sets {
		args = append(args, "--set", s)
	}
	if t.T2 {
		args = append(args, "--t2")
	}
	return args, nil
}

// fetch fetches an object and checks what came.
func (r *Runner) fetch(ctx context.Context, sum, path string) error {
	if r.Fetch == nil {
		return errors.New("there is no object store")
	}
	part := path + ".part"
	if err := r.Fetch(ctx, sum, part); err != nil {
		return err
	}
	if err := check(part, sum); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// check returns an error unless a file has a checksum.
func check(path, sum string) error {
	got, err := Sum(path)
	if err != nil {
		return err
	}
	if got != sum {
		return fmt.Errorf("%s has the checksum %s, not %s: it is not what was submitted", path, got, sum)
	}
	return nil
}

// Sum returns the SHA-256 of a file, in hex digits.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// The files of a packed result, in their order; plugins' own files follow, in the folder filesFolder. outPrefix is what a run's begin with.
const (
	resultFile = "result.json"
	flowsFile  = "flows.txt"
	outPrefix  = "out"
	ownLog     = filesFolder + "/" + outPrefix + "_log.txt" // the run's report with its process and times: the result has the report
)

// pack writes the files of a result as tar.zst, in the order of their names and without times.
func pack(dir, to string) (err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewWriter(f, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	w := tar.NewWriter(z)
	names := []string{resultFile, flowsFile}
	err = fs.WalkDir(os.DirFS(dir), filesFolder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == filesFolder || path == ownLog {
			return err
		}
		if _, ok := collected(path); !ok || !d.Type().IsRegular() {
			return &Failed{fmt.Sprintf("the run wrote %q: a file of a task must be in no folder, and have a name of letters, digits, _, - and dots", strings.TrimPrefix(path, filesFolder+"/"))}
		}
		names = append(names, path)
		return nil
	})
	for _, name := range names {
		if err == nil {
			err = add(w, filepath.Join(dir, name), name)
		}
	}
	return errors.Join(err, w.Close(), z.Close())
}

func add(w *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: info.Size(), Format: tar.FormatPAX})
	}
	if err == nil {
		_, err = io.Copy(w, f)
	}
	return err
}

// Unpack reads a packed result: it calls result with the result and its records, then file, unless it is nil, with each file that plugins
// wrote, by its name after the run's prefix.
func Unpack(data io.Reader, result func(r *Result, records io.Reader) error, file func(name string, content io.Reader) error) error {
	z, err := zstd.NewReader(data, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxResult))
	if err != nil {
		return err
	}
	defer z.Close()
	in := tar.NewReader(z)
	next := func(want string) error {
		h, err := in.Next()
		if err == nil && h.Name != want {
			err = fmt.Errorf("%q comes before %s", h.Name, want)
		}
		return err
	}
	if err := next(resultFile); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	r, err := readResult(in)
	if err != nil {
		return err
	}
	if err := next(flowsFile); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if err := result(r, in); err != nil || file == nil {
		return err
	}
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("result: %w", err)
		}
		name, ok := collected(h.Name)
		if !ok {
			return fmt.Errorf("result: file %q", h.Name)
		}
		if err := file(name, in); err != nil {
			return err
		}
	}
}

// collected returns the name of a file of a packed result where it is collected; ok is false if it cannot be.
func collected(path string) (name string, ok bool) {
	name, ok = strings.CutPrefix(path, filesFolder+"/")
	name = strings.TrimPrefix(name, outPrefix+"_")
	return name, ok && fileName.MatchString(name)
}

// fileName matches the names that files of plugins may have where they are collected.
var fileName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$`)
