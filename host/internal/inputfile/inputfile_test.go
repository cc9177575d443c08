package inputfile

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func packed(t *testing.T, data []byte) (gz, zst []byte) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), z.EncodeAll(data, nil)
}

// TestRead: what is read of files, as they are and packed, and what is refused.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	list := []byte(strings.Repeat("192.0.2.1\n", 10))
	gz, zst := packed(t, list)
	zeros, _ := packed(t, make([]byte, 1<<20))
	_, zeroz := packed(t, make([]byte, 1<<20))
	for _, c := range []struct {
		name string
		data []byte
		max  int64
		want string
	}{
		{"plain", list, 100, ""},
		{"gzip", gz, 100, ""},
		{"zstd", zst, 100, ""},
		{"nothing", nil, 1, ""},
		{"too-long", list, 99, " has more than 99 bytes, unpacked, which is what the plugin accepts"},
		{"gzip-of-too-much", zeros, 1000, " has more than 1000 bytes, unpacked, which is what the plugin accepts"},
		{"zstd-of-too-much", zeroz, 1000, " has more than 1000 bytes, unpacked, which is what the plugin accepts"},
		{"cut-gzip", gz[:len(gz)-9], 100, ": unexpected EOF"},
		{"cut-zstd", zst[:len(zst)-3], 100, ": unexpected EOF"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path, c.max)
		switch {
		case c.want != "":
			if err == nil || err.Error() != "file "+path+c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.data != nil && string(f.Data) != string(list) || len(f.SHA256) != 64:
			t.Errorf("%s: %q, %s", c.name, f.Data, f.SHA256)
		}
	}
	if _, err := Read(dir, 9); err == nil || err.Error() != "file "+dir+" is a folder" {
		t.Error(err)
	}
	if _, err := Read(filepath.Join(dir, "none"), 9); err == nil || !strings.HasSuffix(err.Error(), "none: no such file or directory") {
		t.Error(err)
	}
}
