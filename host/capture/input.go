package capture

import (
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/cause"
)

// input is one file of the list. A regular file is open only while it is read, so that a list
// may name more files than a process may have open; an input that can be read only once stays
// open from Open on.
type input struct {
	path   string
	once   bool // cannot be opened again: standard input, FIFO, device
	live   bool // its end is not known, and a read may wait
	ng     bool
	info   FileInfo
	follow *follower // set if the file is still being written
	src    io.Reader // the capture, uncompressed; nil while closed
	file   *os.File  // the latest opening of a regular file, also when closed
	tap    *tap      // of the latest opening, also when closed
	close  []func()  // in the order of opening
}

// tap counts the bytes read from a file as stored, and keeps the error of a read, which a
// decompressor's own error hides.
type tap struct {
	r   io.Reader
	n   int64 // bytes read
	err error
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// open opens the file and reads its first bytes, through the compression. It waits for them if
// a stream has none yet.
func (in *input) open(stdin io.Reader) error {
	raw := stdin
	if in.path != "-" {
		f, err := os.Open(in.path)
		if err != nil {
			return in.fail(cause.Of(err))
		}
		in.close = append(in.close, func() { f.Close() })
		raw = f
	}
	in.once, in.live = true, true
	if f, ok := raw.(*os.File); ok {
		st, err := f.Stat()
		if err != nil {
			return in.fail(cause.Of(err))
		}
		if st.IsDir() {
			return in.fail(errors.New("is a directory"))
		}
		if in.follow != nil && !st.Mode().IsRegular() {
			return in.fail(errors.New("is no regular file, which could grow: leave -f out"))
		}
		if in.follow != nil {
			in.follow.file = f
			raw = in.follow
		} else if st.Mode().IsRegular() {
			in.once, in.live = in.path == "-", false
			if in.file == nil { // else it was opened by Open
				in.info.Size = st.Size()
			}
			in.file = f
		}
	}
	t := &tap{r: raw}
	in.tap = t
	head, err := peek(t)
	if err != nil {
		return in.fail(cause.Of(err))
	}
	if len(head) == 0 {
		return in.fail(errors.New("empty file"))
	}
	in.src = &putBack{head, t}
	if codec := compression(head); codec != "" {
		in.info.Compression = codec
		if head, err = in.unpack(codec, t); err != nil {
			return in.fail(err)
		}
	}
	if err := in.recognise(head); err != nil {
		return in.fail(err)
	}
	return nil
}

func (in *input) fail(err error) error { return fmt.Errorf("capture %s: %w", in.info.Path, err) }

// shut closes what open opened.
func (in *input) shut() {
	for i := len(in.close) - 1; i >= 0; i-- {
		in.close[i]()
	}
	in.close, in.src = nil, nil
}

// recognise sets the format of the uncompressed file from its first bytes.
func (in *input) recognise(head []byte) error {
	if len(head) >= 4 {
		if magic, big, ok := pcapMagic(head); ok {
			in.ng, in.info.Format = false, pcapFormat(magic, big)
			return nil
		}
		if binary.LittleEndian.Uint32(head) == ngSection && (len(head) < 12 ||
			binary.LittleEndian.Uint32(head[8:]) == ngByteOrder || binary.BigEndian.Uint32(head[8:]) == ngByteOrder) {
			in.ng, in.info.Format = true, "pcapng"
			return nil
		}
	}
	if program := packer(head); program != "" {
		from := in.path
		if from == "-" {
			from = ""
		} else {
			from = " " + from
		}
		return fmt.Errorf("is compressed by %s: %s -dc%s | t2host -r - reads it", program, program, from)
	}
	begin := fmt.Sprintf("begins with %q", head[:min(len(head), 8)])
	if in.info.Compression != "" {
		begin = "inside " + in.info.Compression + " it " + begin
	}
	return fmt.Errorf("not a pcap or pcapng file (%s)", begin)
}

// packer returns the program that unpacks what is not unpacked here, by the first bytes.
func packer(head []byte) string {
	for _, p := range []struct{ magic, program string }{
		{"\xfd7zXZ\x00", "xz"}, {"\x04\x22\x4d\x18", "lz4"}, {"\x02\x21\x4c\x18", "lz4"}, {"LZIP", "lzip"}, {"\x1f\x9d", "gzip"},
	} {
		if strings.HasPrefix(string(head), p.magic) {
			return p.program
		}
	}
	return ""
}

// compression returns gzip (RFC 1952), bzip2 or zstd (RFC 8878) by their magic bytes; a zstd file may
// begin with a skippable frame, as those of pzstd do.
func compression(head []byte) string {
	if strings.HasPrefix(string(head), "BZh") {
		return "bzip2"
	}
	if len(head) >= 4 {
		switch magic := binary.LittleEndian.Uint32(head); {
		case magic&0xffffff == 0x088b1f:
			return "gzip"
		case magic == 0xfd2fb528, magic&^0xf == 0x184d2a50:
			return "zstd"
		}
	}
	return ""
}

// zstdWindow is the largest window that zstd(1) accepts by default; the decoder needs about as
// much memory.
const zstdWindow = 128 << 20

// unpack puts the decompressor before in.src and returns the first bytes that it decompresses.
func (in *input) unpack(codec string, t *tap) ([]byte, error) {
	u := &unpacker{codec: codec, tap: t}
	var err error
	switch codec {
	case "bzip2":
		u.r = bzip2.NewReader(in.src)
	case "gzip":
		u.r, err = newMembers(in.src)
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(in.src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(zstdWindow)); err == nil {
			// A live stream's decoder is left to the collector (it has no goroutine): the pump
			// may be reading it when the input ends, and Close would release its buffers.
			if !in.live {
				in.close = append(in.close, z.Close)
			}
			u.r = z
		}
	}
	if err != nil {
		return nil, u.explain(err)
	}
	head, err := peek(u)
	if len(head) == 0 {
		if err == nil {
			err = fmt.Errorf("%s stream of an empty file", codec)
		}
		return nil, err
	}
	u.late = err // returned after the bytes before it
	in.src = &putBack{head, u}
	return head, nil
}

// unpacker tells the errors of a decompressor from those of the file that it reads.
type unpacker struct {
	r     io.Reader
	codec string
	tap   *tap
	late  error
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.late != nil {
		return 0, u.late
	}
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF {
		err = u.explain(err)
	}
	return n, err
}

func (u *unpacker) explain(err error) error {
	if u.tap.err != nil {
		return cause.Of(u.tap.err)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &streamError{u.codec, err}
}

// peek reads the first bytes: four, or twelve if it may be pcapng, and no more than arrived
// with them, so that a stream is not waited for longer than its format needs.
func peek(r io.Reader) ([]byte, error) {
	head := make([]byte, 12)
	n, err := io.ReadAtLeast(r, head, 4)
	if err == nil && n < 12 && binary.LittleEndian.Uint32(head) == ngSection {
		var more int
		more, err = io.ReadAtLeast(r, head[n:], 12-n)
		n += more
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF { // a short read is not an error here: recognise reports it
		err = nil
	}
	return head[:n], err
}

// putBack returns bytes that were read already, then reads on. (io.MultiReader would do, but
// for an end of file at the seam that gzip's bufio would have to read past.)
type putBack struct {
	head []byte
	r    io.Reader
}

func (b *putBack) Read(p []byte) (int, error) {
	if len(b.head) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	return b.r.Read(p)
}
