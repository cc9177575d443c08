package process

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// executable is a file that was opened once: what is checked is what runs.
type executable struct {
	*os.File
	start string // the path to start it by
}

func openExecutable(path, sum string) (*executable, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("executable %s: %w", path, errors.Unwrap(err))
	}
	e := &executable{f, startPath(f, path)}
	if err := e.check(path, sum); err != nil {
		f.Close()
		return nil, err
	}
	return e, nil
}

func (e *executable) check(path, sum string) error {
	info, err := e.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("executable %s: %w", path, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("executable %s is no file: give the path of the plugin's program", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("executable %s may not be executed: chmod +x it", path)
	case sum == "":
		return nil
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, e); err != nil {
		return fmt.Errorf("executable %s: %w", path, err)
	}
	if is := hex.EncodeToString(hash.Sum(nil)); is != strings.ToLower(sum) {
		return fmt.Errorf("executable %s has checksum %s, its manifest or pin says %s: build it again, or pin the new one", path, is, sum)
	}
	return nil
}
