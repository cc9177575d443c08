package capture

// Live is an interface that is captured.
//
// One goroutine calls Next, and Quiet, Stats and Close between its calls; Stop may be called by any.
type Live interface {
	// Next reads the next frame into f; f.Data is valid until the next call. It returns ErrIdle if nothing arrived for a while,
	// after which it may be called again, and [io.EOF] at the end: after Stop, when what the kernel had taken by then
	// was read, or when the interface is gone (see Err).
	Next(f *Frame) error
	// Quiet returns, after ErrIdle, a time before which no more frames were captured, nanoseconds since 1970 UTC.
	Quiet() int64
	Stop()
	Live() bool // true
	Err() error // why it ended, if Stop was not called
	Stats() LiveStats
	Info() LiveInfo
	Close() error
}

// LiveInfo is what the end report tells of an interface that was captured.
type LiveInfo struct {
	Interface string
	How       string // "ring of 64 MiB", "socket"
	Link      LinkType
	Snaplen   uint32 // 0: whole frames
}

// LiveStats counts what came to an interface while it was captured.
type LiveStats struct {
	Received  uint64 // frames that were read
	Ring      uint64 // frames lost since the ring between kernel and program was full
	Freezes   uint64 // times that it was full
	Interface uint64 // frames that the interface lost, by its own counters
	Oversized uint64 // frames above the MTU, which the card or the kernel joined or has not cut yet
	MTU       int    // 0: of several interfaces
	Unsummed  uint64 // frames without a checksum, which the card would compute
}

// Lost returns the frames that were lost, wherever it was.
func (s *LiveStats) Lost() uint64 { return s.Ring + s.Interface }
