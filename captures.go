package t2host

import (
	"embed"
	"io/fs"
)

//go:embed testdata/plain.pcap testdata/windows6.pcapng
//go:embed testdata/rules/protocols.pcap testdata/rules/timeout_silence.pcap testdata/rules/two_links.pcapng
//go:embed testdata/rules/header_only.pcap testdata/rules/cut_data.pcap testdata/rules/corrupt_length.pcap testdata/rules/clipped.pcap
var captures embed.FS

// Captures are the captures that t2host check runs a plugin on, damaged and empty ones
// among them, by their names.
func Captures() map[string][]byte {
	found := map[string][]byte{}
	_ = fs.WalkDir(captures, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found[d.Name()], err = captures.ReadFile(name)
		return err
	})
	return found
}
