package sdk

import (
	"errors"
	"strconv"
	"strings"
)

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
	// RecordOutlet is a file as FileOutlet is, of flow records: the user may have
	// it compressed, cut into several, or on standard output. A plugin that declares
	// one declares the settings of a [RecordSettings].
	RecordOutlet
)

// Outlet is one declared way out of a plugin.
type Outlet struct {
	Name    string
	Kind    OutletKind
	Setting string
}

// CheckSuffix returns the reason why text cannot follow the output prefix in the name of
// a file, nil if it can: it must not lead to another folder.
func CheckSuffix(text string) error {
	if strings.ContainsAny(text, "/\\\x00") || strings.Contains(text, "..") {
		return errors.New("must be the end of a file name, without / and \\ and .., not " + strconv.Quote(text))
	}
	return nil
}

// StreamSettings are the settings of a stream outlet. The host acts on them;
// the plugin declares them, so that each sink has them under the same names.
type StreamSettings struct {
	To       string
	OnAbsent string
	Drain    uint32
	Queue    uint32
}

// Streams are the settings' defaults; to is the default of the target, empty for a
// target that the user must name. Only plugins that come with the host have another one:
// of all others the user must name it, whatever they declare.
func Streams(to string) StreamSettings {
	return StreamSettings{To: to, OnAbsent: "fail", Drain: 5, Queue: 16 << 20}
}

// Settings declares them.
func (s *StreamSettings) Settings() []Setting {
	return []Setting{
		Target("to", &s.To, "where the reports go: tcp://HOST:PORT, udp://HOST:PORT, unix://PATH, file:PATH, or - for standard output"),
		Choice("on_absent", &s.OnAbsent, "what happens when nobody listens at the start", "fail", "wait"),
		Uint32("drain", &s.Drain, "s", 0, 3600, "how long the end of the run waits for what is not delivered yet"),
		Uint32("queue", &s.Queue, "bytes", 1<<16, 64<<20, "how much waits for a receiver that is away or slow; above it the oldest report is dropped"),
	}
}

// Datagrams says whether the target takes a frame as one datagram.
func (s *StreamSettings) Datagrams() bool { return strings.HasPrefix(s.To, "udp:") }

// RecordSettings are the settings of a record outlet. On all but Split's size the
// host acts: the plugin calls [OutletWriter.Next] where a file is full.
type RecordSettings struct {
	Suffix string
	Split  string
	Start  uint32
	Gzip   bool
}

// Settings declares them.
func (s *RecordSettings) Settings() []Setting {
	return []Setting{
		Text("suffix", &s.Suffix, "the file is the output prefix and this"),
		Text("split", &s.Split, "cut it into files of that size, with a number after the name: bytes with K, M or G (powers of 1000), or with f flows; empty: one file"),
		Uint32("split_start", &s.Start, "", 0, 1<<31, "number of the first of these files"),
		Bool("gzip", &s.Gzip, "compress it, and add .gz to its name"),
	}
}

// SplitSize reads Split: a size in bytes or in flows, 0 without one.
func (s *RecordSettings) SplitSize() (size uint64, flows bool, err error) {
	text := s.Split
	if text == "" {
		return 0, false, nil
	}
	if flows = strings.HasSuffix(text, "f"); flows {
		text = text[:len(text)-1]
	}
	unit := uint64(1)
	for i, letter := range []string{"K", "M", "G"} {
		if number, ok := strings.CutSuffix(text, letter); ok {
			text = number
			unit = [...]uint64{1e3, 1e6, 1e9}[i]
			break
		}
	}
	n, err := strconv.ParseUint(text, 10, 40)
	if err != nil || n == 0 {
		return 0, false, errors.New("setting split: " + strconv.Quote(s.Split) + " is not a size such as 500M or 1000f")
	}
	return n * unit, flows, nil
}
