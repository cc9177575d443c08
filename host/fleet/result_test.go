package fleet

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/t2host/t2host/sdk/value"
)

// TestPackRefuses: a file that cannot be collected is the task's error, where it can be said.
func TestPackRefuses(t *testing.T) {
	for _, name := range []string{"files/a folder.txt", "files/sub/a.txt", "files/.hidden"} {
		dir := t.TempDir()
		for _, file := range []string{"result.json", "flows.txt", name} {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var failed *Failed
		if err := pack(dir, filepath.Join(t.TempDir(), "packed")); !errors.As(err, &failed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTableCheck: tables whose rules do not fit are refused before they are merged.
func TestTableCheck(t *testing.T) {
	for name, table := range map[string]Table{
		"a text that is summed":    {Fields: []value.Column{{Name: "a", Type: value.Text, Merge: "sum"}}},
		"with what is not there":   {Fields: []value.Column{{Name: "a", Type: value.Uint8, Merge: "with b"}}},
		"a row of other types":     {Key: []value.Column{{Name: "k", Type: value.Uint16}}, Rows: []Row{{Key: []byte{1}}}},
		"a type that is not there": {Key: []value.Column{{Name: "k", Type: 99}}},
	} {
		if table.check() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
