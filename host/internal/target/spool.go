package target

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/drive"
)

// spoolDir returns the folder of the spool of a target: one for each stream and place, in the folder that the
// user names, or in the user's own.
func spoolDir(dir string, d *drive.Config) (string, error) {
	if dir == "" {
		state := os.Getenv("XDG_STATE_HOME")
		if home, err := os.UserHomeDir(); state == "" && err == nil {
			state = filepath.Join(home, ".local", "state")
		}
		if state == "" {
			return "", errors.New("option spool: there is no home folder: name one with spool_dir")
		}
		dir = filepath.Join(state, "t2host", "spool")
	}
	place := []string{d.Stream, d.Scheme, d.Address}
	for _, name := range slices.Sorted(maps.Keys(d.Options)) {
		place = append(place, name+"="+d.Options[name])
	}
	sum := sha256.Sum256([]byte(strings.Join(place, "\n")))
	return filepath.Join(dir, hex.EncodeToString(sum[:8])), nil
}
