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

// Run runs a task, and returns its result packed: result.json, flows.txt, and the files of plugins. Its error is a
// *Failed if the run would fail on each machine.
func (r *Runner) Run(ctx context.Context, t *Task) ([]byte, error) {
	dir, err := os.MkdirTemp(r.Dir, "task-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	files := filepath.Join(dir, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nil, err
	}
	args, err := r.arguments(ctx, t, dir)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, r.Program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + r.Dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = waitDelay
	err = cmd.Run()
	words := strings.TrimSpace(said.String())
	if len(words) > maxWordsOfError {
		words = "… " + words[len(words)-maxWordsOfError:]
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit) && exit.Exited():
		return nil, &Failed{words}
	default:
		return nil, fmt.Errorf("%w: %s", err, words)
	}
	return packed(dir)
}

// arguments returns the command line of a task, whose captures and modules are there then.
func (r *Runner) arguments(ctx context.Context, t *Task, dir string) ([]string, error) {
	var paths []string
	for i, f := range t.Files {
		path := f.Path
		switch {
		case path == "":
			path = filepath.Join(dir, fmt.Sprintf("capture-%d", i))
			if err := r.fetch(ctx, f.SHA256, path); err != nil {
				return nil, fmt.Errorf("capture: %w", err)
			}
		case download.IsURL(path):
			url := path
			path = filepath.Join(dir, fmt.Sprintf("capture-%d", i))
			if err := download.Fetch(ctx, url, path, MaxCapture); err != nil {
				return nil, fmt.Errorf("capture: %w", err)
			}
			if err := check(path, f.SHA256); err != nil {
				return nil, &Failed{"capture " + url + ": " + err.Error()}
			}
		default:
			if err := check(path, f.SHA256); err != nil {
				return nil, &Failed{"capture " + err.Error()}
			}
		}
		paths = append(paths, path)
	}
	args := []string{"-q", "-C", os.DevNull, "-w", filepath.Join(dir, "files", "out"), "--to", "flows=text:" + filepath.Join(dir, "flows.txt"), "--result", filepath.Join(dir, "result.json")}
	if len(paths) == 1 {
		args = append(args, "-r", paths[0])
	} else {
		list := filepath.Join(dir, "list")
		if err := os.WriteFile(list, []byte(strings.Join(paths, "\n")+"\n"), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "-R", list)
	}
	words := append([]string(nil), t.Plugins...)
	for _, m := range t.Modules {
		path := filepath.Join(r.Dir, "modules", m.SHA256+".wasm")
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

// packed returns the files of a result as tar.zst, in the order of their names and without times.
func packed(dir string) ([]byte, error) {
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	add := func(path, name string) error {
		data, err := os.ReadFile(path)
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), Format: tar.FormatPAX})
		}
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	err = errors.Join(add(filepath.Join(dir, "result.json"), "result.json"), add(filepath.Join(dir, "flows.txt"), "flows.txt"))
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(os.DirFS(filepath.Join(dir, "files")), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return add(filepath.Join(dir, "files", path), "files/"+path)
	})
	if err = errors.Join(err, w.Close(), z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unpack reads a packed result: the result, then its records by each, until it returns an error; files of plugins are not read.
func Unpack(data io.Reader, each func(r *Result, records io.Reader) error) error {
	z, err := zstd.NewReader(data, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxResult))
	if err != nil {
		return err
	}
	defer z.Close()
	in := tar.NewReader(z)
	var result *Result
	for {
		h, err := in.Next()
		if err != nil {
			return fmt.Errorf("result: %w", err)
		}
		switch h.Name {
		case "result.json":
			if result, err = readResult(in); err != nil {
				return err
			}
		case "flows.txt":
			if result == nil {
				return errors.New("result: records come first")
			}
			return each(result, in)
		}
	}
}
