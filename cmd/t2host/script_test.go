package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/t2host/t2host/sdk/serve"

	"github.com/t2host/t2host/testdata/built"
)

var update = flag.Bool("update", false, "write the scripts' expected files anew")

// roles are what this test's binary is too, by its name.
var roles = map[string]func(){"t2host": main}

func TestMain(m *testing.M) {
	if serve.Called() { // the host under test has started itself as a plugin
		main()
		syscall.Exit(0) // os.Exit waits a second under the race detector
	}
	testscript.Main(cleaned{m}, roles)
}

// cleaned are the tests, and the removal of what they have built.
type cleaned struct{ *testing.M }

func (c cleaned) Run() int {
	defer built.Remove()
	return c.M.Run()
}

// TestScripts runs testdata/script, with one behaviour of the command in each file. The
// program t2host in scripts is this test's binary. The condition root is true for the
// superuser. Beside the usual commands there are
//
//	counter DIR                   copies a plugin of somebody else's, built, to DIR
//	exits CODE PROGRAM [ARG...]   runs it and checks the exit code
//	freeport VAR                  sets VAR to a TCP port on which nobody listens
//	hangup VAR LINES              sets VAR to a TCP port that accepts one connection, reads lines from it and resets it
//	nuls FILE COUNT               checks how many NUL bytes a file holds
//	powercut TRACE OUTPUT...      checks that no power cut leaves an incomplete file, and that at the end of the trace the outputs are on the disk
//	program VAR full|plain        sets VAR to a t2host built with the module, or without
//	source DIR                    writes the sources of that plugin to DIR
//	trace FILE PROGRAM [ARG...]   runs it with strace, if the condition strace is true
func TestScripts(t *testing.T) {
	t.Parallel()
	captures, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := built.OwnCache()
	if err != nil {
		t.Fatal(err)
	}
	golang, err := goFolders()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts(t),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CAPTURES", captures)
			env.Setenv("TZ", "UTC")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CACHE_HOME", cache)
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Vars = append(env.Vars, golang...)
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "root":
				return os.Geteuid() == 0, nil
			case "strace":
				return canTrace(), nil
			}
			if file, ok := strings.CutPrefix(name, "file:"); ok { // the same of a file that a package has
				_, err := os.Stat(file)
				return err == nil || os.Getenv("T2HOST_NO_SKIP") != "", nil
			}
			if tool, ok := strings.CutPrefix(name, "tool:"); ok { // others may lack it; where nothing may be skipped it must be there
				_, err := exec.LookPath(tool)
				return err == nil || os.Getenv("T2HOST_NO_SKIP") != "", nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"counter": counter, "exits": exits, "freeport": freePort, "hangup": hangUp, "nuls": nuls, "powercut": powercut, "program": program, "source": source, "trace": trace,
		},
	})
}

// builds finds scripts that need something to be built.
var builds = regexp.MustCompile(`(?m)^(\[\S+\] )?(counter|program|source) `)

// scripts are the files of testdata/script, for -short without those that need something to be
// built.
func scripts(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(all) < 30 {
		t.Fatalf("%d scripts: %v", len(all), err)
	}
	return slices.DeleteFunc(all, func(name string) bool {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return testing.Short() && builds.Match(text)
	})
}

func counter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: counter DIR")
	}
	from, err := counterFolder()
	ts.Check(err)
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(from)))
}

func program(ts *testscript.TestScript, neg bool, args []string) {
	programs := map[string]func() (string, error){"full": built.Program, "plain": built.Plain}
	if neg || len(args) != 2 || programs[args[1]] == nil {
		ts.Fatalf("usage: program VAR full|plain")
	}
	path, err := programs[args[1]]()
	ts.Check(err)
	ts.Setenv(args[0], path)
}

func source(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: source DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(writeCounter(dir))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport VAR")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv(args[0], port)
}

func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hangup VAR LINES")
	}
	lines, err := strconv.Atoi(args[1])
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
	ts.Defer(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		l.Close()
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewReader(c)
		for range lines {
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
		}
		_ = c.(*net.TCPConn).SetLinger(0) // a reset
	}()
}

func nuls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: nuls FILE COUNT")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	n := 0
	for _, b := range data {
		if b == 0 {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d NUL bytes, want %s", n, args[1])
	}
}
