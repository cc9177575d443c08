package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstallFromServer: a pack is installed from a web server, and nothing of what is not whole.
func TestInstallFromServer(t *testing.T) {
	folder := t.TempDir()
	run := func(args ...string) (code int, out string) {
		var b strings.Builder
		code = runMain(args, &b)
		return code, b.String()
	}
	const module = "../../testdata/guests/hostile/grow_forever.wasm"
	t.Setenv("XDG_DATA_HOME", filepath.Join(folder, "first"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if code, out := run("install", module); code != 0 {
		t.Fatal(out)
	}
	pack := filepath.Join(folder, "some.t2p")
	if code, out := run("pack", "-o", pack, "hostile"); code != 0 {
		t.Fatal(out)
	}
	data, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/some.t2p":
			_, _ = w.Write(data)
		case "/cut.t2p":
			w.Header().Set("Content-Length", "1000000000")
			_, _ = w.Write(data[:1000])
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	home := filepath.Join(folder, "second")
	t.Setenv("XDG_DATA_HOME", home)
	for path, want := range map[string]string{"/none.t2p": "the server answers 404 Not Found", "/cut.t2p": "unexpected EOF"} {
		if code, out := run("install", server.URL+path); code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d, %s", path, code, out)
		}
	}
	if _, err := os.Stat(home); err == nil {
		t.Error("something was installed")
	}
	if code, out := run("install", server.URL+"/some.t2p"); code != 0 || !strings.Contains(out, " is installed in "+home) {
		t.Errorf("exit code %d, %s", code, out)
	}
}

// runMain runs the command in this process, with standard output and standard error in one place.
func runMain(args []string, out io.Writer) int {
	return run(args, strings.NewReader(""), out, out)
}
