package capture

import (
	"errors"

	"github.com/google/gopacket/pcapgo"
)

// ngReader reads pcapng (draft-ietf-opsawg-pcapng) through pcapgo, which sees only blocks that ngBlocks
// validated.
type ngReader struct {
	blocks *ngBlocks
	ng     *pcapgo.NgReader // nil until the first section header was read
}

func newPcapng(w *window, info *FileInfo) *ngReader {
	return &ngReader{blocks: &ngBlocks{w: w, info: info}}
}

func (r *ngReader) next(f *Frame) error {
	if r.ng == nil {
		ng, err := pcapgo.NewNgReader(r.blocks, pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return r.fail(err)
		}
		r.ng = ng
	}
	data, ci, err := r.ng.ZeroCopyReadPacketData()
	if err != nil {
		return r.fail(err)
	}
	r.blocks.info.Packets++
	// pcapgo holds one block at most (see ngBlocks.Read), so these belong to the packet just
	// read.
	f.Time, f.Link = r.blocks.time, r.blocks.link
	f.WireLen = uint32(ci.Length)
	f.Data = data
	return nil
}

// fail returns the error of ngBlocks if there is one. An error of pcapgo's own, which should
// not occur, is a corruption at the block that it was reading.
func (r *ngReader) fail(err error) error {
	b := r.blocks
	var d *damaged
	if err == b.err || errors.As(err, &d) {
		return err
	}
	return b.w.corrupt(b.info.Packets+1, "%v", err)
}
