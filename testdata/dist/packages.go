package main

import (
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"
)

// scripts of the packages: the user exists before the unit runs.
const (
	install = `#!/bin/sh
set -e
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers t2host.conf
elif ! getent passwd t2host >/dev/null; then
	useradd --system --user-group --no-create-home --home-dir /var/lib/t2host --shell /usr/sbin/nologin t2host
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
`
	remove = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
`
)

// packages writes a deb and an rpm.
func (r *release) packages(p platform, program string) error {
	script := func(name, text string) string {
		path := filepath.Join(r.work, name)
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			panic(err)
		}
		if err := os.Chtimes(path, r.time, r.time); err != nil {
			panic(err)
		}
		return path
	}
	file := func(from, to string, mode os.FileMode, kind string) *files.Content {
		return &files.Content{Source: from, Destination: to, Type: kind, FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: r.time}}
	}
	deploy := filepath.Join(r.repo, "docs", "deploy")
	contents := files.Contents{
		file(program, "/usr/bin/t2host", 0o755, ""),
		file(filepath.Join(deploy, "t2host.service"), "/usr/lib/systemd/system/t2host.service", 0o644, ""),
		file(filepath.Join(deploy, "t2host.conf"), "/usr/lib/sysusers.d/t2host.conf", 0o644, ""),
		file(filepath.Join(deploy, "t2host.toml"), "/etc/t2host/t2host.toml", 0o644, files.TypeConfigNoReplace),
		file(filepath.Join(deploy, "environment"), "/etc/t2host/environment", 0o644, files.TypeConfigNoReplace),
		file(filepath.Join(r.repo, "docs", "grafana.json"), "/usr/share/doc/t2host/grafana.json", 0o644, ""),
		file(filepath.Join(r.repo, "README.md"), "/usr/share/doc/t2host/README.md", 0o644, ""),
		file(filepath.Join(r.repo, "LICENSE"), "/usr/share/doc/t2host/copyright", 0o644, ""),
		file(filepath.Join(r.repo, "testdata", "windows.pcap"), "/usr/share/doc/t2host/examples/windows.pcap", 0o644, ""),
	}
	for shell, to := range shells {
		contents = append(contents, file(filepath.Join(r.work, shell), to, 0o644, ""))
	}
	for _, e := range must(os.ReadDir(filepath.Join(r.work, "man"))) {
		contents = append(contents, file(filepath.Join(r.work, "man", e.Name()), "/usr/share/man/man1/"+e.Name(), 0o644, ""))
	}
	for _, format := range []string{"deb", "rpm"} {
		made, err := nfpm.Get(format)
		if err != nil {
			return err
		}
		info := nfpm.WithDefaults(&nfpm.Info{
			Name: "t2host", Arch: p.arch, Platform: "linux", Version: r.version, Section: "net", Priority: "optional",
			Maintainer: "the t2host authors <t2host@example.invalid>", Homepage: "https://github.com/t2host/t2host", License: "Apache-2.0",
			Description: "network flow analysis by plugins\nFinds, among others, the hosts that stop their peers by closing the TCP receive window.",
			MTime:       r.time,
			Overridables: nfpm.Overridables{
				Contents: contents,
				Scripts:  nfpm.Scripts{PostInstall: script("install", install), PostRemove: script("remove", remove)},
				RPM:      nfpm.RPM{BuildHost: "localhost"},
			},
		})
		if err := nfpm.PrepareForPackager(info, format); err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(r.out, made.ConventionalFileName(info)))
		if err != nil {
			return err
		}
		if err := made.Package(info, f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
