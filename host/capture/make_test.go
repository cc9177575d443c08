package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// order is a byte order that can append.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian}

// pcapHeader makes a classic file header.
func pcapHeader(o order, magic uint32, major, minor uint16, snaplen, network uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, major)
	b = o.AppendUint16(b, minor)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, snaplen)
	return o.AppendUint32(b, network)
}

// pcapRecord makes a classic record.
func pcapRecord(o order, sec, frac, captured, wire uint32, data []byte) []byte {
	b := o.AppendUint32(nil, sec)
	b = o.AppendUint32(b, frac)
	b = o.AppendUint32(b, captured)
	b = o.AppendUint32(b, wire)
	return append(b, data...)
}

// block makes a pcapng block round a body, which it pads.
func block(o order, typ uint32, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	all = append(all, make([]byte, -len(all)&3)...)
	n := uint32(len(all) + 12)
	b := o.AppendUint32(nil, typ)
	b = o.AppendUint32(b, n)
	b = append(b, all...)
	return o.AppendUint32(b, n)
}

func ngSectionBlock(o order, minor uint16) []byte {
	b := o.AppendUint32(nil, ngByteOrder)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, minor)
	return block(o, ngSection, o.AppendUint64(b, ^uint64(0)))
}

func ngOption(o order, code uint16, value []byte) []byte {
	b := o.AppendUint16(nil, code)
	b = o.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, -len(value)&3)...)
}

func ngInterfaceBlock(o order, link LinkType, snaplen uint32, opts ...[]byte) []byte {
	b := o.AppendUint16(nil, uint16(link))
	b = o.AppendUint16(b, 0)
	b = o.AppendUint32(b, snaplen)
	return block(o, ngInterface, append(b, bytes.Join(opts, nil)...))
}

func ngPacketBlock(o order, id uint32, ts uint64, captured, wire uint32, data []byte, opts ...[]byte) []byte {
	b := o.AppendUint32(nil, id)
	b = o.AppendUint32(b, uint32(ts>>32))
	b = o.AppendUint32(b, uint32(ts))
	b = o.AppendUint32(b, captured)
	b = o.AppendUint32(b, wire)
	b = append(b, data...)
	b = append(b, make([]byte, -len(data)&3)...)
	return block(o, ngEnhanced, b, bytes.Join(opts, nil))
}

func ngOldPacketBlock(o order, id uint16, ts uint64, captured, wire uint32, data []byte) []byte {
	b := o.AppendUint16(nil, id)
	b = o.AppendUint16(b, 7) // drops
	b = o.AppendUint32(b, uint32(ts>>32))
	b = o.AppendUint32(b, uint32(ts))
	b = o.AppendUint32(b, captured)
	b = o.AppendUint32(b, wire)
	return block(o, ngPacket, b, data)
}

func gz(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zst(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// write makes files in a fresh folder, named a.cap, b.cap ..., and returns their paths.
func write(t testing.TB, files ...[]byte) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, b := range files {
		p := filepath.Join(dir, string(rune('a'+i))+".cap")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// drain reads to the end and returns the frames, with copies of their data.
func drain(t testing.TB, s *Source) []Frame {
	t.Helper()
	var frames []Frame
	for {
		var f Frame
		err := s.Next(&f)
		if errors.Is(err, ErrIdle) {
			continue
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Data = append([]byte{}, f.Data...)
		frames = append(frames, f)
	}
	if err := s.Next(new(Frame)); err != io.EOF {
		t.Errorf("Next after the end: %v, want io.EOF", err)
	}
	return frames
}

// readAll opens the files and drains them; damage is given with the files' base names.
func readAll(t testing.TB, paths ...string) ([]Frame, []Damage) {
	t.Helper()
	s, err := Open(paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	frames := drain(t, s)
	damage := append([]Damage(nil), s.Damage()...)
	for i := range damage {
		damage[i].File = filepath.Base(damage[i].File)
	}
	return frames, damage
}

// data makes n bytes that differ.
func data(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + n)
	}
	return b
}
