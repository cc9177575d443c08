// Package capture reads capture files, lists of them and standard input, and
// returns their frames: time, link type and bytes.
package capture

// Frame is one captured packet.
type Frame struct {
	Number  uint64   // from 1, counted over all files of the input
	Time    int64    // nanoseconds since 1970-01-01 UTC
	Iface   uint32   // the interface that captured it: its number in its section of a pcapng file, 0 of other files
	Link    LinkType // of that interface
	WireLen uint32   // bytes on the wire; may be above, and in damaged files below, len(Data)
	Data    []byte   // the captured bytes, valid until the next call of Source.Next
}
