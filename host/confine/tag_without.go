//go:build nolandlock

package confine

const withoutLandlock = true
