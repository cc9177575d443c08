package listedhosts

import (
	"bytes"
	"fmt"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/t2host/t2host/sdk"
)

// countries is a GeoIP database, and what it has said: hosts come again.
type countries struct {
	db    *maxminddb.Reader // nil: no country is known
	known map[sdk.IP]string
}

// maxKnown bounds the addresses whose country is remembered.
const maxKnown = 1 << 14

func readCountries(file []byte) (countries, error) {
	c := countries{known: map[sdk.IP]string{}}
	if file == nil {
		return c, nil
	}
	db, err := maxminddb.OpenBytes(bytes.Clone(file)) // the file's bytes are valid in open only
	if err != nil {
		return c, fmt.Errorf("setting geo: not a database in MaxMind's format: %w", err)
	}
	c.db = db
	return c, nil
}

// of returns the code of the address's country, or "" if none is known.
func (c *countries) of(ip sdk.IP) string {
	if c.db == nil {
		return ""
	}
	code, ok := c.known[ip]
	if ok {
		return code
	}
	if addr, ok := netip.AddrFromSlice(ip.Bytes()); ok {
		if err := c.db.Lookup(addr).DecodePath(&code, "country", "iso_code"); err != nil {
			code = "" // a damaged record is no reason to end the run
		}
	}
	if len(c.known) >= maxKnown {
		clear(c.known)
	}
	c.known[ip] = code
	return code
}
