package live

import "github.com/t2host/t2host/host/capture"

// tally is what each way of capturing an interface counts.
type tally struct {
	config Config
	device device
	number uint64            // of the last frame
	quiet  int64             // see Quiet
	stats  capture.LiveStats // so far
	before uint64            // frames that the interface had lost before it was opened
}

func newTally(c Config, d device) tally { return tally{config: c, device: d, before: d.lost()} }

func (t *tally) Quiet() int64 { return t.quiet }

func (t *tally) Live() bool { return true }

// info describes the capture; how is how frames come.
func (t *tally) info(how string) capture.LiveInfo {
	i := capture.LiveInfo{Interface: t.config.Interface, How: how, Link: t.device.link}
	if t.config.Snaplen < DefaultSnaplen {
		i.Snaplen = uint32(t.config.Snaplen)
	}
	return i
}

// total returns the counts so far.
func (t *tally) total() capture.LiveStats {
	s := t.stats
	s.Received, s.MTU, s.Interface = t.number, t.device.mtu, t.device.lost()-t.before
	return s
}
