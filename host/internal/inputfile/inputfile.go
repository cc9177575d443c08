// Package inputfile reads a file that the user names for a plugin: bounded, and unpacked if it is
// compressed. A plugin opens no file itself.
package inputfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/sdk"
)

// File is a file that was read.
type File struct {
	Path   string
	SHA256 string // of the file as it is, in hex digits
	Data   []byte // unpacked
}

// window is the largest window of zstd, and about the memory that unpacking needs.
const window = 8 << 20

// Read reads a file of at most max bytes, unpacked. Its errors name the path.
func Read(path string, max int64) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("file %s: %w", path, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("file %s is a folder", path)
	}
	// What is compressed is not longer than what it unpacks to, but for a few bytes.
	raw, err := bounded(file, path, max+1<<16)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, SHA256: fmt.Sprintf("%x", sha256.Sum256(raw)), Data: raw}
	unpacked, err := unpack(raw)
	if err == nil && unpacked != nil {
		f.Data, err = bounded(unpacked, path, max)
	}
	if err != nil {
		return nil, err
	}
	if int64(len(f.Data)) > max {
		return nil, tooLarge(path, max)
	}
	return f, nil
}

// unpack returns a reader of what is packed, or nil if nothing is.
func unpack(raw []byte) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\x1f\x8b")):
		return gzip.NewReader(bufio.NewReader(bytes.NewReader(raw)))
	case bytes.HasPrefix(raw, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(2*window))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, nil
}

// bounded reads all of r, or returns an error if that is more than max bytes.
func bounded(r io.Reader, path string, max int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", path, err)
	}
	if int64(len(data)) > max {
		return nil, tooLarge(path, max)
	}
	return data, nil
}

func tooLarge(path string, max int64) error {
	return fmt.Errorf("file %s has more than %d bytes, unpacked, which is what the plugin accepts", path, min(max, sdk.MaxFile))
}
