package live

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
)

// Open opens an interface: a ring, or a socket where the kernel has no ring, which Note says. The error is a [Refused] if the user may not
// capture.
func Open(c Config) (capture.Live, error) {
	d, err := deviceNamed(c.Interface)
	if err != nil {
		return nil, err
	}
	if c.Snaplen <= 0 {
		c.Snaplen = DefaultSnaplen
	}
	if c.Ring <= 0 {
		c.Ring = DefaultRing
	}
	c.Ring = max(c.Ring, MinRing)
	if c.Note == nil {
		c.Note = func(string) {}
	}
	r, err := openRing(c, d)
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		program, _ := os.Executable()
		return nil, &Refused{c.Interface, program}
	case errors.Is(err, unix.ENETDOWN):
		return nil, fmt.Errorf("interface %s is down: ip link set %s up", c.Interface, c.Interface)
	case errors.Is(err, unix.ENOMEM):
		return nil, fmt.Errorf("interface %s: no memory for a ring of %d MiB: set a smaller one with -B", c.Interface, c.Ring>>20)
	case d.index == 0 || d.link != capture.LinkTypeEthernet:
		return nil, fmt.Errorf("interface %s: %w", c.Interface, err)
	}
	h, other := openHandle(c, d)
	if other != nil {
		return nil, fmt.Errorf("interface %s: %w", c.Interface, err)
	}
	c.Note(fmt.Sprintf("interface %s: this system has no ring (%v): frames are read one by one, which loses some at high rates", c.Interface, err))
	return h, nil
}
