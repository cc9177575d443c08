package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tool skips the test, or fails it if nothing may be skipped, unless there is a program.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") == "1" {
			t.Fatalf("no %s here", name)
		}
		t.Skipf("no %s here", name)
	}
}

// released makes the release of this machine's platform.
func released(t *testing.T) string {
	t.Helper()
	if host.os != "linux" {
		t.Skip("packages are of Linux")
	}
	out := t.TempDir()
	r := &release{version: "0.0.1", time: time.Unix(1_800_000_000, 0).UTC(), repo: "../..", out: out, work: t.TempDir()}
	if err := errors.Join(r.pages(), r.platform(host), r.sums()); err != nil {
		t.Fatal(err)
	}
	return out
}

// run runs a program in a folder with an empty home.
func runIn(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestRelease: a release made twice has the same bytes; what its archive, packages and image hold runs.
func TestRelease(t *testing.T) {
	one, two := released(t), released(t)
	sums, again := must(os.ReadFile(filepath.Join(one, "SHA256SUMS"))), must(os.ReadFile(filepath.Join(two, "SHA256SUMS")))
	if !bytes.Equal(sums, again) {
		t.Errorf("made twice:\n%s\n%s", sums, again)
	}
	runIn(t, one, "sha256sum", "-c", "SHA256SUMS")
	file := func(pattern string) string {
		t.Helper()
		list, _ := filepath.Glob(filepath.Join(one, pattern))
		if len(list) != 1 {
			t.Fatalf("%s: %v", pattern, list)
		}
		return list[0]
	}

	t.Run("archive", func(t *testing.T) { // three commands: unpack, go there, ask
		dir := t.TempDir()
		runIn(t, dir, "tar", "xzf", file("*.tar.gz"))
		list, _ := filepath.Glob(dir + "/t2host-*")
		out := runIn(t, list[0], "./t2host", "-r", "windows.pcap", "-p", "tcpwin")
		if !regexp.MustCompile(`(?m)^tcpwin +host +blocked peer.*\n +192\.0\.2\.11 +10\.0\.0\.12 `).MatchString(out) {
			t.Error(out)
		}
		start := string(must(os.ReadFile(filepath.Join(list[0], "START.md"))))
		if !strings.Contains(start, "./t2host -r windows.pcap -p tcpwin") {
			t.Error(start)
		}
		if out := runIn(t, list[0], "./t2host", "-V"); !strings.HasPrefix(out, "t2host 0.0.1") {
			t.Error(out)
		}
	})

	wanted := []string{
		"/usr/bin/t2host", "/usr/lib/systemd/system/t2host.service", "/usr/lib/sysusers.d/t2host.conf", "/etc/t2host/t2host.toml", "/etc/t2host/environment",
		"/usr/share/man/man1/t2host.1.gz", "/usr/share/man/man1/t2host-conf.1.gz", "/usr/share/bash-completion/completions/t2host",
	}
	t.Run("deb", func(t *testing.T) {
		tool(t, "dpkg-deb")
		dir := t.TempDir()
		runIn(t, dir, "dpkg-deb", "-x", file("*.deb"), ".")
		for _, path := range wanted {
			if _, err := os.Stat(dir + path); err != nil {
				t.Error(err)
			}
		}
		if out := runIn(t, dir, "dpkg-deb", "-f", file("*.deb"), "Package", "Version", "Architecture"); !strings.Contains(out, "Package: t2host\nVersion: 0.0.1\n") {
			t.Error(out)
		}
		if out := runIn(t, dir, "./usr/bin/t2host", "-r", "usr/share/doc/t2host/examples/windows.pcap", "-p", "tcpwin"); !strings.Contains(out, "192.0.2.11") {
			t.Error(out)
		}
		t.Run("unit", func(t *testing.T) {
			tool(t, "systemd-analyze")
			unit := strings.ReplaceAll(string(must(os.ReadFile(dir+"/usr/lib/systemd/system/t2host.service"))), "/usr/bin/t2host", dir+"/usr/bin/t2host")
			if err := os.WriteFile(dir+"/t2host.service", []byte(unit), 0o644); err != nil {
				t.Fatal(err)
			}
			if out := runIn(t, dir, "systemd-analyze", "verify", "--man=no", dir+"/t2host.service"); strings.Contains(out, "t2host.service:") {
				t.Error(out)
			}
		})
	})
	t.Run("rpm", func(t *testing.T) {
		tool(t, "rpm")
		list := runIn(t, one, "rpm", "-qpl", file("*.rpm"))
		for _, path := range wanted {
			if !strings.Contains(list, path+"\n") {
				t.Errorf("no %s in\n%s", path, list)
			}
		}
		runIn(t, one, "rpm", "-K", "--nosignature", file("*.rpm"))
	})
	t.Run("image", func(t *testing.T) {
		dir := t.TempDir()
		runIn(t, dir, "tar", "xf", file("*-image.tar"))
		var manifest []struct {
			Config string
			Layers []string
		}
		if err := json.Unmarshal(must(os.ReadFile(dir+"/manifest.json")), &manifest); err != nil {
			t.Fatal(err)
		}
		var config struct {
			Config struct {
				Entrypoint []string
				User       string
			}
		}
		if err := json.Unmarshal(must(os.ReadFile(filepath.Join(dir, manifest[0].Config))), &config); err != nil {
			t.Fatal(err)
		}
		if config.Config.User != "65532:65532" || len(config.Config.Entrypoint) != 1 {
			t.Fatalf("%+v", config)
		}
		root := t.TempDir()
		layer := tar.NewReader(must(gzip.NewReader(must(os.Open(filepath.Join(dir, manifest[0].Layers[0]))))))
		for {
			h, err := layer.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, h.Name)
			if h.Typeflag == tar.TypeDir {
				err = os.MkdirAll(path, 0o755)
			} else {
				err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, must(io.ReadAll(layer)), os.FileMode(h.Mode)))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		// In a folder that has nothing but the layer, where there are the rights for that.
		name, args := filepath.Join(root, config.Config.Entrypoint[0]), []string{"-V"}
		if os.Geteuid() == 0 {
			name, args = "chroot", []string{"--userspec=65532:65532", root, config.Config.Entrypoint[0], "-V"}
		}
		if out := runIn(t, root, name, args...); !strings.HasPrefix(out, "t2host 0.0.1") {
			t.Error(out)
		}
	})
	t.Run("materials", func(t *testing.T) {
		var list struct{ Components []component }
		if err := json.Unmarshal(must(os.ReadFile(file("*.cdx.json"))), &list); err != nil {
			t.Fatal(err)
		}
		version := runIn(t, ".", "go", "version", "-m", filepath.Join(unpacked(t, file("*.tar.gz")), "t2host"))
		if n := strings.Count(version, "\tdep\t"); n < 20 || len(list.Components) != n+1 {
			t.Errorf("%d components, go version -m has %d", len(list.Components), n)
		}
	})
}

// unpacked returns the folder of an archive.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	runIn(t, dir, "tar", "xzf", path)
	list, _ := filepath.Glob(dir + "/t2host-*")
	return list[0]
}
