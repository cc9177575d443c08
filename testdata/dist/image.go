package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// image writes a container image of the program alone, as `docker load` and `podman load` read it.
func (r *release) image(p platform, program string) error {
	data := r.tarred([]member{
		{name: "data/", mode: 0o777},
		{name: "etc/", mode: 0o755},
		{name: "etc/passwd", mode: 0o644, data: []byte("t2host:x:65532:65532:t2host:/data:/nologin\n")},
		{name: "t2host", mode: 0o755, data: must(os.ReadFile(program))},
		{name: "tmp/", mode: 0o1777},
	})
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, tarball.WithCompressionLevel(9))
	if err != nil {
		return err
	}
	image, err := mutate.Append(empty.Image, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "t2host " + r.version, Created: v1.Time{Time: r.time}}})
	if err != nil {
		return err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.arch, v1.Time{Time: r.time}
	config.Config = v1.Config{
		Entrypoint: []string{"/t2host"}, User: "65532:65532", WorkingDir: "/data", Env: []string{"HOME=/data", "XDG_CACHE_HOME=/tmp"},
		Labels: map[string]string{"org.opencontainers.image.title": "t2host", "org.opencontainers.image.version": r.version, "org.opencontainers.image.licenses": "Apache-2.0"},
	}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return err
	}
	tag, err := name.NewTag("t2host:" + r.version)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(filepath.Join(r.out, "t2host-"+r.version+"-"+p.String()+"-image.tar"), tag, image)
}
