package host

import (
	"bytes"
	"encoding/binary"
	"os"
	"sync"
	"testing"
)

// endless is windows.pcap again and again, each copy 40 s later: more than a run
// below reads before something is killed.
var endless = sync.OnceValue(func() []byte {
	one, err := os.ReadFile(windows)
	if err != nil {
		panic(err) // the tests' own file
	}
	capture := bytes.Clone(one[:24])
	for range 100 {
		capture = append(capture, one[24:]...)
		for at := 24; at < len(one); at += 16 + int(binary.LittleEndian.Uint32(one[at+8:])) {
			binary.LittleEndian.PutUint32(one[at:], binary.LittleEndian.Uint32(one[at:])+40)
		}
	}
	return capture
})

// feeder writes endless into a pipe.
type feeder struct {
	out   *os.File
	begun chan struct{} // closed when the host reads on after the capture's beginning: all plugins are open by then
	stop  chan struct{} // to be closed: the input ends, at once
	done  chan struct{} // closed at the end: it was told to stop, or nobody reads any more
}

func feed(t *testing.T) *feeder {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f := &feeder{out: out, begun: make(chan struct{}), stop: make(chan struct{}), done: make(chan struct{})}
	t.Cleanup(func() { out.Close() })
	capture := endless()
	go func() {
		defer close(f.done)
		defer in.Close()
		const piece, holds = 4 << 10, 1 << 16 // a pipe's room
		for at := 0; at < len(capture); at += piece {
			if _, err := in.Write(capture[at:min(at+piece, len(capture))]); err != nil {
				return
			}
			if at == 2*holds {
				close(f.begun)
			}
			select {
			case <-f.stop:
				return
			default:
			}
		}
		<-f.stop
	}()
	return f
}
