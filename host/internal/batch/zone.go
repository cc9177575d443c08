package batch

import "time"

// Zone returns a time zone's offset. It remembers for which times the last answer holds,
// because asking the zone at each flow end would cost more than the end.
type Zone struct {
	location *time.Location
	from, to int64 // nanoseconds since 1970 UTC, to exclusive
	offset   int32
}

// NewZone returns the zone of a location.
func NewZone(location *time.Location) *Zone { return &Zone{location: location} }

// Offset returns the seconds east of UTC at ns nanoseconds since 1970 UTC.
func (z *Zone) Offset(ns int64) int32 {
	if ns >= z.from && ns < z.to {
		return z.offset
	}
	t := time.Unix(0, ns).In(z.location)
	_, offset := t.Zone()
	z.offset = int32(offset)
	z.from, z.to = ns, ns+1
	start, end := t.ZoneBounds()
	// Bounds that are missing, or too far away for nanoseconds, are left at ns.
	if !start.IsZero() && start.Year() > 1700 {
		z.from = start.UnixNano()
	}
	switch {
	case end.IsZero():
		z.to = ns + int64(24*time.Hour)
	case end.Year() < 2250:
		z.to = end.UnixNano()
	}
	return z.offset
}
