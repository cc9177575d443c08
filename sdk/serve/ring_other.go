//go:build !linux && !wasip1

package serve

// serveRing does nothing: there is no such memory.
func (s *server) serveRing() {}
