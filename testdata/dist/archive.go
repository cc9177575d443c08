package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// member is a file of an archive.
type member struct {
	name string
	mode int64
	data []byte
}

// archive writes the plain archive of a platform: the program, a capture to try it on, and what to do with them.
func (r *release) archive(p platform, program string) error {
	folder := "t2host-" + r.version + "-" + p.String() + "/"
	list := []member{{name: folder + p.program(), mode: 0o755}, {name: folder + "START.md", mode: 0o644, data: []byte(r.start(p))}}
	for to, from := range map[string]string{"LICENSE": "LICENSE", "README.md": "README.md", "CHANGELOG.md": "CHANGELOG.md", "SECURITY.md": "SECURITY.md", "windows.pcap": "testdata/windows.pcap"} {
		list = append(list, member{name: folder + to, mode: 0o644, data: must(os.ReadFile(filepath.Join(r.repo, from)))})
	}
	list[0].data = must(os.ReadFile(program))
	sortMembers(list)
	path := filepath.Join(r.out, "t2host-"+r.version+"-"+p.String())
	if p.os != "windows" {
		return os.WriteFile(path+".tar.gz", zipped(r.tarred(list)), 0o644)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range list {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: r.time}
		h.SetMode(os.FileMode(m.mode))
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(m.data)
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path+".zip", b.Bytes(), 0o644)
}

// tarred returns files as tar.
func (r *release) tarred(list []member) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range list {
		h := &tar.Header{Name: m.name, Mode: m.mode, Size: int64(len(m.data)), ModTime: r.time, Format: tar.FormatPAX, Typeflag: tar.TypeReg}
		if m.data == nil {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		_, _ = w.Write(m.data) // a buffer takes all
	}
	_ = w.Close()
	return b.Bytes()
}

// start returns the page that says what to do first.
func (r *release) start(p platform) string {
	program := "./" + p.program()
	text := fmt.Sprintf(`# t2host %s, %s

%s -r windows.pcap               what is in a capture
%s -r windows.pcap -p tcpwin     which hosts stop their peers by closing the TCP receive window
%s -h                            all else

`, r.version, p, program, program, program)
	if p.lacks != "" {
		text += p.lacks + "\n\n"
	}
	return text + "README.md is the page of the project; `t2host man` has the manual.\n"
}
