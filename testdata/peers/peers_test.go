package peers

import (
	"github.com/t2host/t2host/host/drive"

	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// t2host is the program under test.
var t2host string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		panic(err)
	}
	t2host = filepath.Join(dir, "t2host")
	build := exec.Command("go", "build", "-o", t2host, "./cmd/t2host")
	build.Dir, build.Stderr = "../..", os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "go build ./cmd/t2host:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// captures are all that the repository has, from this folder.
var captures = []string{"../windows.pcap", "../plain.pcap", "../windows6.pcapng"}

// rounds is the number of random moments at which each fault comes.
func rounds() int {
	if os.Getenv("T2HOST_FAULTS") != "" {
		n := 0
		_, _ = fmt.Sscan(os.Getenv("T2HOST_FAULTS"), &n)
		return n
	}
	return 5
}

// skip skips a test that needs a program that is not there, unless none may be skipped.
func skip(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("T2HOST_NO_SKIP") == "1" {
		t.Fatalf("%s is not there, and T2HOST_NO_SKIP=1", what)
	}
	t.Skipf("%s is not there", what)
}

// program returns the path of a program, or skips the test.
func program(t *testing.T, name string, folders ...string) string {
	t.Helper()
	for _, dir := range folders {
		if path := filepath.Join(dir, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		skip(t, name)
	}
	return path
}

// result is how a run of t2host ended.
type result struct {
	code   int
	stdout string
	stderr string
}

// run runs t2host over a capture, with its files in a folder of its own.
func run(t *testing.T, capture string, args ...string) (result, string) {
	t.Helper()
	dir := t.TempDir()
	r := start(t, dir, capture, args...)
	return r, dir
}

func start(t *testing.T, dir, capture string, args ...string) result {
	t.Helper()
	path, err := filepath.Abs(capture)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(t2host, append([]string{"-r", path, "-w", "out", "--runtime", "inproc"}, args...)...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// ok fails the test unless the run went well.
func (r result) ok(t *testing.T) {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// records returns the flow records of a capture as txtsink writes them: the names of the columns, then a list of
// texts for each record.
func records(t *testing.T, capture, plugins string) [][]string {
	t.Helper()
	r, dir := run(t, capture, "-p", plugins+",txtsink")
	r.ok(t)
	data, err := os.ReadFile(filepath.Join(dir, "out_flows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var list [][]string
	for line := range strings.Lines(strings.TrimPrefix(string(data), "%")) {
		list = append(list, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return list
}

// column returns the texts of a column of records.
func column(t *testing.T, list [][]string, name string) []string {
	t.Helper()
	for i, c := range list[0] {
		if c == name {
			var texts []string
			for _, row := range list[1:] {
				texts = append(texts, row[i])
			}
			return texts
		}
	}
	t.Fatalf("no column %s", name)
	return nil
}

// part is a file that a driver writes.
type part struct{ *os.File }

func (p part) Rename(path string) error { return os.Rename(p.Name(), path) }

func create(path string) (drive.File, error) {
	f, err := os.Create(path + ".part")
	return part{f}, err
}

func asRefused(err error, to **drive.Refused) bool { return errors.As(err, to) }
