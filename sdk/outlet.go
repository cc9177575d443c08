package sdk

import "strings"

// OutletKind says what may stand behind an outlet.
type OutletKind uint8

// The kinds of outlet.
const (
	// FileOutlet is the file PREFIX + suffix; Outlet.Setting names the setting
	// that holds the suffix.
	FileOutlet OutletKind = iota + 1
	// StreamOutlet leads where the user says; Outlet.Setting names the setting
	// that holds the target. A plugin that declares one declares the settings
	// of a [StreamSettings].
	StreamOutlet
)

// Outlet is one declared way out of a plugin.
type Outlet struct {
	Name    string
	Kind    OutletKind
	Setting string
}

// StreamSettings are the settings of a stream outlet. The host acts on them;
// the plugin declares them, so that each sink has them under the same names.
type StreamSettings struct {
	To       string
	OnAbsent string
	Drain    uint32
	Queue    uint32
}

// Streams are the settings' defaults but for the target.
func Streams(to string) StreamSettings {
	return StreamSettings{To: to, OnAbsent: "fail", Drain: 5, Queue: 16 << 20}
}

// Settings declares them.
func (s *StreamSettings) Settings() []Setting {
	return []Setting{
		Target("to", &s.To, "where the reports go: tcp://HOST:PORT, udp://HOST:PORT, unix://PATH, file:PATH, or - for standard output"),
		Choice("on_absent", &s.OnAbsent, "what happens when nobody listens at the start", "fail", "wait"),
		Uint32("drain", &s.Drain, "s", 0, 3600, "how long the end of the run waits for what is not delivered yet"),
		Uint32("queue", &s.Queue, "bytes", 1<<16, 1<<30, "how much waits for a receiver that is away or slow; above it the oldest report is dropped"),
	}
}

// Datagrams says whether the target takes a frame as one datagram.
func (s *StreamSettings) Datagrams() bool { return strings.HasPrefix(s.To, "udp:") }
