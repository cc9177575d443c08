package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// traced are the calls that a power cut is simulated with.
const traced = "openat,creat,write,writev,pwrite64,copy_file_range,sendfile,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,truncate,ftruncate"

// canTrace reports whether programs can be traced here.
var canTrace = sync.OnceValue(func() bool { return exec.Command("strace", "-o", os.DevNull, "true").Run() == nil })

// trace runs a program, and writes the calls that change files to a file.
func trace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: trace FILE PROGRAM [ARG...]")
	}
	ts.Check(ts.Exec("strace", append([]string{"-f", "-y", "-s", "0", "-e", "signal=none", "-e", "trace=" + traced, "-o", ts.MkAbs(args[0])}, args[1:]...)...))
}

// powercut simulates a power cut after each call of a trace.
func powercut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: powercut FILE OUTPUT...")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	survived, err := cutPower(string(data), ts.MkAbs("."))
	ts.Check(err)
	for _, name := range args[1:] {
		if !slices.Contains(survived, name) {
			ts.Fatalf("%s is not on the disk at the end, only %q", name, survived)
		}
	}
}

// disk is what the calls of a trace have done to files. A power cut drops the bytes and names that
// were not synced, or does not: the system may have written them.
type disk map[string]*entry

// entry is a name, of a file or a folder.
type entry struct {
	file   *inode
	synced bool // the name is on the disk
}

// inode is the content of a file: how much was written, how much of that is on the disk, and how
// much all calls of the trace write.
type inode struct{ written, synced, whole int64 }

// call is a finished call of a trace.
type call struct {
	line  string
	name  string
	paths []string // absolute
	n     int64    // result
	flags string
}

// cutPower returns the complete files below a folder that are on the disk at the trace's end,
// or an error if a power cut somewhere would have left a file that has its name and not all its
// bytes.
func cutPower(trace, folder string) (survived []string, err error) {
	calls := callsOf(trace, folder)
	files := map[string][]*inode{} // made at a path, in order
	record := disk{}
	for _, c := range calls {
		record.apply(c, func(path string) *inode {
			files[path] = append(files[path], &inode{})
			return files[path][len(files[path])-1]
		})
	}
	d := disk{}
	for _, c := range calls {
		d.apply(c, func(path string) *inode {
			whole := files[path][0].written
			files[path] = files[path][1:]
			return &inode{whole: whole}
		})
		for path, e := range d {
			if e.file != nil && complete(path) && e.file.synced < e.file.whole {
				return nil, fmt.Errorf("a power cut would leave %s with %d of its %d bytes, after %s", path, e.file.synced, e.file.whole, c.line)
			}
		}
	}
	for path, e := range d {
		if e.file != nil && complete(path) && e.synced {
			survived = append(survived, path)
		}
	}
	slices.Sort(survived)
	return survived, nil
}

// complete reports whether a path's name is that of a complete file.
func complete(path string) bool {
	return !strings.HasSuffix(path, ".part") && !strings.HasSuffix(path, ".lock") && !strings.Contains(path, ".t2host-new-")
}

// apply changes d as a call does. made returns the inode of a file that is created.
func (d disk) apply(c call, made func(path string) *inode) {
	path := c.paths[0]
	e := d[path]
	switch c.name {
	case "openat", "creat":
		if e == nil {
			d[path] = &entry{file: made(path)}
		} else if strings.Contains(c.flags, "O_TRUNC") {
			e.file = made(path)
		}
	case "mkdir", "mkdirat":
		d[path] = &entry{}
	case "write", "writev", "pwrite64", "copy_file_range", "sendfile":
		if e != nil {
			e.file.written += c.n
		}
	case "truncate", "ftruncate": // of a file that keeps the name .part
		delete(d, path)
	case "fsync", "fdatasync":
		if e != nil && e.file != nil {
			e.file.synced = e.file.written
		}
		for name, in := range d {
			if filepath.Dir(name) == path {
				in.synced = true
			}
		}
	case "rename", "renameat", "renameat2":
		to := c.paths[1]
		moved := d.take(path)
		if strings.Contains(c.flags, "RENAME_EXCHANGE") {
			for rest, e := range d.take(to) {
				d[path+rest] = e
			}
		} else {
			d.take(to)
		}
		for rest, e := range moved {
			e.synced = e.synced && rest != ""
			d[to+rest] = e
		}
	case "link", "linkat":
		if e != nil {
			d[c.paths[1]] = &entry{file: e.file}
		}
	case "unlink", "unlinkat":
		delete(d, path)
	}
}

// take removes a path, and all below it, and returns them by what follows the path.
func (d disk) take(path string) map[string]*entry {
	taken := map[string]*entry{}
	for name, e := range d {
		if rest, ok := strings.CutPrefix(name, path); ok && (rest == "" || rest[0] == '/') {
			taken[rest] = e
		}
	}
	for rest := range taken {
		delete(d, path+rest)
	}
	return taken
}

var (
	traceLine = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (\d+)(<.*>)?$`)
	unended   = regexp.MustCompile(`^(\d+) +(.*) <unfinished \.\.\.>$`)
	resumed   = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>(.*)$`)
	argument  = regexp.MustCompile(`^(?:\d+|AT_FDCWD)<(.*?)>$`)
)

// callsOf returns the calls of a trace that succeeded, with paths below the folder as relative
// ones. What another thread wrote while a sync was on its way is not on the disk: a sync counts
// where it begins, all other calls where they end.
func callsOf(trace, folder string) []call {
	var calls []call
	begun := map[string]int{} // by thread: the index of its sync
	parts := map[string]string{}
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		thread, _, _ := strings.Cut(line, " ")
		at := -1
		if m := unended.FindStringSubmatch(line); m != nil {
			parts[thread] = m[1] + " " + m[2]
			if strings.Contains(m[2], "sync(") {
				begun[thread] = len(calls)
				calls = append(calls, call{}) // its place
			}
			continue
		}
		if m := resumed.FindStringSubmatch(line); m != nil {
			line = parts[thread] + m[2]
			if i, ok := begun[thread]; ok {
				at = i
				delete(begun, thread)
			}
		}
		m := traceLine.FindStringSubmatch(line)
		if m == nil {
			continue // an error, or the end of a thread
		}
		c, ok := callOf(m, folder)
		switch {
		case !ok:
		case at >= 0:
			calls[at] = c
		default:
			calls = append(calls, c)
		}
	}
	return slices.DeleteFunc(calls, func(c call) bool { return c.name == "" })
}

// callOf returns a call of a trace's line, or false if it is of no interest.
func callOf(m []string, folder string) (call, bool) {
	c := call{line: m[0], name: m[2], flags: m[3]}
	c.n, _ = strconv.ParseInt(m[4], 10, 64)
	var names []string // in the order of the arguments: descriptors and texts
	dir := folder
	for _, a := range strings.Split(m[3], ", ") {
		if at := argument.FindStringSubmatch(a); at != nil {
			dir = at[1]
			if !strings.HasPrefix(a, "AT_FDCWD") {
				names = append(names, at[1])
			}
		} else if text, err := strconv.Unquote(a); err == nil && text != "" {
			if !filepath.IsAbs(text) {
				text = filepath.Join(dir, text)
			}
			names = append(names, filepath.Clean(text))
		}
	}
	switch c.name {
	case "openat", "creat":
		if c.name == "openat" && !strings.Contains(c.flags, "O_CREAT") {
			return c, false
		}
		names = names[max(0, len(names)-1):]
	case "copy_file_range":
		names = names[1:]
	}
	for _, name := range names {
		if name == folder {
			c.paths = append(c.paths, ".")
		} else if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			c.paths = append(c.paths, rest)
		}
	}
	return c, len(c.paths) > 0
}

// TestCutPower: a missing sync is found.
func TestCutPower(t *testing.T) {
	const (
		makes   = `1 openat(AT_FDCWD</w>, "x.part", O_RDWR|O_CREAT|O_EXCL, 0666) = 3</w/x.part>` + "\n"
		writes  = `2 write(3</w/x.part>, ""..., 9) = 9` + "\n"
		syncs   = `1 fsync(3</w/x.part>) = 0` + "\n"
		renames = `1 renameat(AT_FDCWD</w>, "x.part", AT_FDCWD</w>, "x") = 0` + "\n"
		keeps   = `1 fsync(4</w>) = 0` + "\n"
	)
	for _, c := range []struct{ trace, want string }{
		{makes + writes + syncs + renames + keeps, "x"},
		{makes + writes + renames + keeps, "a power cut would leave x with 0 of its 9 bytes"},
		{makes + writes + syncs + writes + renames + keeps, "a power cut would leave x with 9 of its 18 bytes"},
		{makes + writes + syncs + renames, ""},
		{makes + writes + keeps, ""},
		{makes + "1 fsync(3</w/x.part> <unfinished ...>\n" + writes + "1 <... fsync resumed>) = 0\n" + renames + keeps, "a power cut would leave x with 0 of its 9 bytes"},
		{makes + "2 write(3</w/x.part>, \"\"..., 9 <unfinished ...>\n" + syncs + "2 <... write resumed>) = 9\n" + renames + keeps, "a power cut would leave x with 0 of its 9 bytes"},
		{makes + writes + strings.Replace(syncs, "= 0", "= -1 EIO (Input/output error)", 1) + renames + keeps, "a power cut would leave x with 0 of its 9 bytes"},
	} {
		survived, err := cutPower(c.trace, "/w")
		got := strings.Join(survived, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.HasPrefix(got, c.want+",")) {
			t.Errorf("%s%s\nwant %s", c.trace, got, c.want)
		}
	}
}
