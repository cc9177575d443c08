//go:build !nolandlock

package confine

// withoutLandlock makes Probe find no Landlock: see the build tag nolandlock, which is for tests.
const withoutLandlock = false
