package live

import (
	"net"
)

// Interface describes an interface.
type Interface struct {
	Name      string
	Up        bool
	Addresses []string
	MTU       int
	Speed     int      // Mbit/s; 0: unknown
	Offloads  []string // that are on and join or cut frames, or leave checksums out, by ethtool's names
}

// Interfaces returns the interfaces of the machine.
func Interfaces() ([]Interface, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []Interface
	for _, i := range list {
		one := Interface{Name: i.Name, Up: i.Flags&net.FlagUp != 0, MTU: i.MTU, Speed: speed(i.Name), Offloads: offloads(i.Name)}
		addresses, _ := i.Addrs() // none are shown
		for _, a := range addresses {
			one.Addresses = append(one.Addresses, a.String())
		}
		all = append(all, one)
	}
	return all, nil
}
