// Command pack takes the module's folder and gives its source as a zip archive: every
// package without tests and testdata, and what they embed. The same files give the
// same bytes.
//
//	go run ./scaffold/pack OUT
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack OUT")
		os.Exit(2)
	}
	var b bytes.Buffer
	err := pack(os.DirFS("."), &b)
	if err == nil {
		err = os.WriteFile(filepath.FromSlash(os.Args[1]), b.Bytes(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(root fs.FS, out *bytes.Buffer) error {
	z := zip.NewWriter(out)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && left(name):
			return fs.SkipDir
		case d.IsDir() || !packed(name):
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		w, err := z.Create(name) // without a time
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}

// left says whether a folder is left out.
func left(dir string) bool {
	base := path.Base(dir)
	return base == "testdata" && !strings.HasPrefix(dir, "scaffold/templates/") || dir != "." && base[0] == '.' || dir == "bin" || dir == "run"
}

// packed says whether a file belongs to the source. Templates do, whole.
func packed(name string) bool {
	switch {
	case strings.HasPrefix(name, "scaffold/templates/"):
		return true
	case strings.HasSuffix(name, "_test.go"):
		return false
	}
	base := path.Base(name)
	return path.Ext(name) == ".go" || base == "README" || path.Ext(name) == ".md" || name == "go.mod" || name == "go.sum" || name == "LICENSE"
}
