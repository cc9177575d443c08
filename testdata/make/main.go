// Command make writes the made captures of testdata/rules, each of which isolates one rule. It is deterministic: the same
// code writes the same bytes (in compressed files: the same content).
//
//	go run ./testdata/make            # write them
//	go run ./testdata/make -check     # compare with what is on disk, exit code 1 if it differs (continuous integration)
//	go vet ./testdata/make            # ./... leaves testdata out, so name it
//
// Before anything is written, each capture is read back with gopacket and must hold the packets and the zero windows that
// its rule names.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxSize keeps the repository small.
const maxSize = 60_000

// A rule is one capture.
type rule struct {
	name    string // file
	make    func() []byte
	packets int    // that gopacket reads, up to the damage if there is one
	zero    int    // TCP packets with window 0 among them, cut ones and later fragments left out
	fault   string // words in the error that ends the reading; none: the end of the file
}

func main() {
	check := flag.Bool("check", false, "compare with the files on disk and write nothing")
	dir := flag.String("dir", "testdata", "the folder that holds rules and README.md")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}

func run(dir string, check bool) error {
	var errs []error
	known := map[string]bool{}
	for _, r := range rules {
		known[r.name] = true
		path := filepath.Join(dir, "rules", r.name)
		data := r.make()
		if err := r.verify(data); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
			continue
		}
		if check {
			errs = append(errs, compare(path, data))
			continue
		}
		errs = append(errs, os.WriteFile(path, data, 0o644))
	}
	if check {
		errs = append(errs, strays(dir, known))
	}
	return errors.Join(errs...)
}

// compare reports whether a file on disk holds data; of compressed ones the content counts, since a new release of a
// compressor may choose other bytes.
func compare(path string, data []byte) error {
	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	have, err = unpack(path, have)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	want, err := unpack(path, data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !bytes.Equal(have, want) {
		return fmt.Errorf("%s is stale. To update, run go run ./testdata/make", path)
	}
	return nil
}

// strays names captures that no rule makes and rules that the README leaves out.
func strays(dir string, known map[string]bool) error {
	var errs []error
	entries, err := os.ReadDir(filepath.Join(dir, "rules"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !known[e.Name()] {
			errs = append(errs, fmt.Errorf("%s: no rule makes it", filepath.Join(dir, "rules", e.Name())))
		}
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return err
	}
	for _, r := range rules {
		if !strings.Contains(string(readme), "`rules/"+r.name+"`") {
			errs = append(errs, fmt.Errorf("%s has no line for rules/%s", filepath.Join(dir, "README.md"), r.name))
		}
	}
	return errors.Join(errs...)
}
