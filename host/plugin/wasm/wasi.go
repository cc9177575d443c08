package wasm

// Values of WASI preview 1 (wasi_snapshot_preview1.witx), by their names there.
const (
	errnoSuccess    = 0
	errnoBadf       = 8
	errnoFault      = 21
	errnoInval      = 28
	errnoNosys      = 52
	errnoNotcapable = 76

	clockidRealtime  = 0
	clockidMonotonic = 1

	filetypeCharacterDevice = 2
	rightsFdWrite           = 1 << 6

	eventtypeClock                   = 0
	subclockflagsSubscriptionAbstime = 1 << 0
)
