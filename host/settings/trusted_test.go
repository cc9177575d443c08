package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzTrusted: a list that is read is written as it was, and none makes the reader fail.
func FuzzTrusted(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	for _, text := range []string{"", sum + " \"/a/t2host.toml\"\n", sum + " \"/a\\n\"\n" + sum + " \"/b\"\n", sum + " \"a\"\n", sum[1:] + " \"/a\"\n", sum + "0 \"/a\"\n", sum + " \"/a\"", " \n", "\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseTrusted(data)
		if err != nil {
			return
		}
		if diff := cmp.Diff(string(data), string(appendTrusted(nil, list))); diff != "" {
			t.Errorf("-read +written:\n%s", diff)
		}
	})
}

// TestTheListIsBounded: the oldest make room, in number and in size.
func TestTheListIsBounded(t *testing.T) {
	for _, length := range []int{10, 2000} {
		var list []trusted
		for range maxTrusted + 1 {
			list = append(list, trusted{path: "/" + strings.Repeat("x", length)})
		}
		data := appendTrusted(nil, list)
		kept, err := parseTrusted(data)
		if err != nil || len(kept) > maxTrusted || len(data) > maxTrustedSize || len(kept) < 500 {
			t.Errorf("paths of %d bytes: %d kept in %d bytes: %v", length, len(kept), len(data), err)
		}
	}
	if _, err := parseTrusted(make([]byte, maxTrustedSize+1)); err == nil {
		t.Error("a list of any length is read")
	}
}

// TestAReplacedFile: the file that is judged is the one that is read, even if another one replaces it.
func TestAReplacedFile(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for p, text := range map[string]string{path: "judged", other: "other"} {
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Rename(other, path); err != nil {
		t.Skip("an open file cannot be replaced here")
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := readOpen(f)
	if err != nil || string(c.Bytes) != "judged" || c.Unsafe != nil {
		t.Errorf("%+v, %v", c, err)
	}
}
