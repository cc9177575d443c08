package main

import (
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk"
)

// readSplit reads PREFIX[:SIZE][,START], T2's -W.
func readSplit(text string) (prefix, size string, start uint32, err error) {
	prefix, size = text, "500M"
	if i := strings.LastIndexByte(prefix, ','); i >= 0 {
		n, err := strconv.ParseUint(prefix[i+1:], 0, 31)
		if err != nil {
			return "", "", 0, usagef("-W %s: %q is not a number to start with", text, prefix[i+1:])
		}
		prefix, start = prefix[:i], uint32(n)
	}
	if i := strings.LastIndexByte(prefix, ':'); i >= 0 {
		prefix, size = prefix[:i], prefix[i+1:]
	}
	settings := sdk.RecordSettings{Split: size}
	if _, _, err := settings.SplitSize(); err != nil || size == "" {
		return "", "", 0, usagef("-W %s: %q is not a size such as 500M or 1000f", text, size)
	}
	if prefix == "" || prefix == "-" {
		return "", "", 0, usagef("-W %s: the prefix of the files is missing", text)
	}
	return prefix, size, start, nil
}
