// Command dist makes what is released: archives of a static program for each platform, deb and rpm packages, a container image,
// a list of what the program is made of, and checksums. The same commit and Go give the same bytes: times are the
// commit's, and nothing else of the machine is in them.
//
//	go run . [-platforms LIST] -version V -time SECONDS REPOSITORY FOLDER
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// platforms are those that are released, and what t2host cannot do there.
var platforms = []platform{
	{"linux", "amd64", ""},
	{"linux", "arm64", ""},
	{"darwin", "arm64", other},
	{"darwin", "amd64", other},
	{"windows", "amd64", other + " Signals (reports while it runs, files begun anew) are not there either."},
}

const other = "On this system t2host reads captures and streams, but no interface, and processes of plugins are not confined: run strangers' plugins in the sandbox (the default)."

// platform is a system and a processor, by Go's names.
type platform struct{ os, arch, lacks string }

func (p platform) String() string { return p.os + "-" + p.arch }

func (p platform) program() string {
	if p.os == "windows" {
		return "t2host.exe"
	}
	return "t2host"
}

// release is what is made, and of what.
type release struct {
	version string // without v
	time    time.Time
	repo    string // the source
	out     string // folder
	work    string // folder of programs and pages, gone at the end
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run() error {
	version := flag.String("version", "", "of the release")
	seconds := flag.Int64("time", 0, "of all files, seconds since 1970 UTC")
	only := flag.String("platforms", "", "these only, separated by commas: linux-amd64")
	flag.Parse()
	if flag.NArg() != 2 || *version == "" || *seconds == 0 {
		return errors.New("usage: dist [-platforms LIST] -version V -time SECONDS REPOSITORY FOLDER")
	}
	work, err := os.MkdirTemp("", "t2host-dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	out, err := filepath.Abs(flag.Arg(1))
	if err != nil {
		return err
	}
	r := &release{version: strings.TrimPrefix(*version, "v"), time: time.Unix(*seconds, 0).UTC(), repo: flag.Arg(0), out: out, work: work}
	if err := errors.Join(os.RemoveAll(out), os.MkdirAll(out, 0o755)); err != nil {
		return err
	}
	if err := r.pages(); err != nil {
		return err
	}
	for _, p := range platforms {
		if *only != "" && !strings.Contains(","+*only+",", ","+p.String()+",") {
			continue
		}
		fmt.Println("building for", p)
		if err := r.platform(p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return r.sums()
}

// platform makes all that a platform has.
func (r *release) platform(p platform) error {
	program, err := r.build(p)
	if err != nil {
		return err
	}
	if err := r.archive(p, program); err != nil {
		return err
	}
	if err := r.materials(p, program); err != nil {
		return err
	}
	if p.os != "linux" {
		return nil
	}
	return errors.Join(r.packages(p, program), r.image(p, program))
}

// host is the platform of this program.
var host = platform{os: runtime.GOOS, arch: runtime.GOARCH}
