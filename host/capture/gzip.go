package capture

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

// members reads the members of a gzip file, one after the other (RFC 1952, section 2.2). Zeros
// after the last one are padding, as tapes and some file systems leave it.
type members struct {
	file *bufio.Reader
	*gzip.Reader
}

func newMembers(file io.Reader) (io.Reader, error) {
	m := &members{file: bufio.NewReader(file)}
	var err error
	if m.Reader, err = gzip.NewReader(m.file); err != nil {
		return nil, err
	}
	m.Multistream(false)
	return m, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.Reader.Read(p)
		if err != io.EOF {
			return n, err
		}
		if n > 0 {
			return n, nil // the end comes again
		}
		for padded := false; ; padded = true {
			b, err := m.file.ReadByte()
			switch {
			case err != nil:
				return 0, err // io.EOF at the end
			case b == 0:
				continue
			case padded:
				return 0, gzip.ErrHeader // something else comes after the zeros
			}
			_ = m.file.UnreadByte() // a byte was read
			break
		}
		if err := m.Reset(m.file); err != nil {
			return 0, err
		}
		m.Multistream(false)
	}
}
