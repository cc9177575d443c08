package capture

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/t2host/t2host/host/cause"
)

// List reads a list of capture files: one path per line; # begins a comment line, blank lines
// are ignored. Relative paths are relative to the working directory, as in T2, not to the
// list. [Open] checks the files.
func List(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, cause.Of(err))
	}
	defer f.Close()
	var paths []string
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		n++
		if bytes.IndexByte(lines.Bytes(), 0) >= 0 { // most likely a capture, not a list
			return nil, fmt.Errorf("list %s: line %d is not text: a list names one capture file a line; read a capture itself with -r", path, n)
		}
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		paths = append(paths, line)
	}
	if err := lines.Err(); err == bufio.ErrTooLong {
		return nil, fmt.Errorf("list %s: line %d is longer than 64 KiB: a list names one capture file a line", path, n+1)
	} else if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, cause.Of(err))
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("list %s: names no capture file: write one path a line", path)
	}
	return paths, nil
}
