package report

import (
	"fmt"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/sdk"
)

// Live is what was captured from an interface, and what was lost.
type Live struct {
	How string
	capture.LiveStats
}

// brief returns what was captured and lost, in a line.
func (l *Live) brief() string {
	text := fmt.Sprintf("%s: %s frames", l.How, sdk.Count(l.Received))
	if l.Lost() == 0 {
		return text + ", none lost"
	}
	return text + ", lost: " + l.lost()
}

// lost tells where frames were lost.
func (l *Live) lost() string {
	return fmt.Sprintf("%s in the ring (full %d times), %s in the interface", sdk.Count(l.Ring), l.Freezes, sdk.Count(l.Interface))
}

// warnings tells what distorts the capture, and the cure.
// slowest is the plugin that cost the most.
func (l *Live) warnings(name string, slowest *Plugin) (list []string) {
	if name == "any" {
		name = "INTERFACE"
	}
	if l.Ring > 0 {
		text := "Frames lost because plugins are slower than the interface: " + sdk.Share(l.Ring, l.Ring+l.Received)
		if slowest != nil {
			text += fmt.Sprintf(", the slowest is %s (%.0f ns a packet)", slowest.Name, float64(slowest.Cost.Nanoseconds())/float64(max(l.Received, 1)))
		}
		list = append(list, text+": a larger ring (-B) helps with bursts, a filter or fewer plugins with more")
	}
	if l.Interface > 0 {
		list = append(list, "Frames that the interface lost before t2host saw them: "+sdk.Count(l.Interface))
	}
	if l.Oversized > 0 {
		list = append(list, fmt.Sprintf("Frames above the MTU of %d, which the card or the kernel joined or cuts later: %s: for the packets of the wire: ethtool -K %s gro off lro off tso off gso off", l.MTU, sdk.Share(l.Oversized, l.Received), name))
	}
	if l.Unsummed > 0 {
		list = append(list, fmt.Sprintf("Frames whose checksum the card computes later: %s: to see it: ethtool -K %s tx off", sdk.Share(l.Unsummed, l.Received), name))
	}
	return list
}

// Kept tells what frames were kept as pcapng.
type Kept struct {
	Path          string
	Frames, Files uint64
}

func (k *Kept) text() string {
	if k.Files > 1 {
		return fmt.Sprintf("%s frames in %d files %s", sdk.Count(k.Frames), k.Files, k.Path)
	}
	return fmt.Sprintf("%s frames in %s", sdk.Count(k.Frames), k.Path)
}
