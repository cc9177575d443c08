package capture

import "slices"

// FileInfo is what the end report tells of one file of the input.
type FileInfo struct {
	Path        string // as named; "standard input" for -
	Format      string // "pcap, microseconds, big-endian", "pcapng"
	Compression string // "gzip", "zstd", else ""
	Size        int64  // bytes of the file as stored, when it was opened first; 0 if it is a stream
	Read        int64  // bytes read so far, uncompressed
	Packets     uint64 // read so far
	Snaplen     uint32 // of its header; the largest of a pcapng file's interfaces
	Links       []LinkType
}

// sawLink notes a link type of the file, each once and 16 at most: the report shows no more,
// and a hostile file has thousands.
func (i *FileInfo) sawLink(l LinkType) {
	if len(i.Links) < 16 && !slices.Contains(i.Links, l) {
		i.Links = append(i.Links, l)
	}
}
