package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds the program, static and without paths of this machine.
func (r *release) build(p platform) (path string, err error) {
	path = filepath.Join(r.work, p.String(), p.program())
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -X github.com/t2host/t2host/host/version.linked="+r.version, "-o", path, "./cmd/t2host")
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.repo, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOFLAGS=")
	return path, cmd.Run()
}

// shells are what completion is written for, and where the packages have it.
var shells = map[string]string{
	"bash": "/usr/share/bash-completion/completions/t2host",
	"zsh":  "/usr/share/zsh/vendor-completions/_t2host",
	"fish": "/usr/share/fish/vendor_completions.d/t2host.fish",
}

// pages writes manual pages and completion, which the program prints: it is built for this machine first.
func (r *release) pages() error {
	program, err := r.build(host)
	if err != nil {
		return err
	}
	text := func(args ...string) ([]byte, error) {
		cmd := exec.Command(program, args...)
		cmd.Env = []string{"HOME=" + r.work, "PATH=" + os.Getenv("PATH"), fmt.Sprint("SOURCE_DATE_EPOCH=", r.time.Unix())}
		cmd.Stderr = os.Stderr
		return cmd.Output()
	}
	if err := os.MkdirAll(filepath.Join(r.work, "man"), 0o755); err != nil {
		return err
	}
	for _, name := range append([]string{""}, r.commands(text)...) {
		page, err := text(strings.Fields("man " + name)...)
		if err != nil {
			return fmt.Errorf("man %s: %w", name, err)
		}
		file := "t2host.1.gz"
		if name != "" {
			file = "t2host-" + name + ".1.gz"
		}
		if err := os.WriteFile(filepath.Join(r.work, "man", file), zipped(page), 0o644); err != nil {
			return err
		}
	}
	for shell := range shells {
		page, err := text("completion", shell)
		if err != nil {
			return fmt.Errorf("completion %s: %w", shell, err)
		}
		if err := os.WriteFile(filepath.Join(r.work, shell), page, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// commands returns the names of t2host's commands, which its help lists.
func (r *release) commands(text func(...string) ([]byte, error)) (names []string) {
	help, _ := text("-h")
	_, list, _ := strings.Cut(string(help), "Available Commands:\n")
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) == 0 || !strings.HasPrefix(line, "  ") {
			break
		}
		if fields[0] != "help" {
			names = append(names, fields[0])
		}
	}
	return names
}

// zipped returns data as gzip without a name and a time.
func zipped(data []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = z.Write(data) // a buffer takes all
	_ = z.Close()
	return b.Bytes()
}
