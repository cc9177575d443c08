package host

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/settings"
)

// OutputPrefix returns the path that all output files of a run begin with: w if it is not a
// folder, else the input's name in that folder; without w the input's name, in the current
// folder or, with output.folder=capture, in the input's. The input's extension is left out, and a compression's before it; standard input is
// called stdin.
func OutputPrefix(w, input string, v *settings.Values) string {
	if input == "-" {
		input = "stdin"
	} else {
		for _, ext := range []string{".gz", ".zst"} {
			input = strings.TrimSuffix(input, ext)
		}
		if ext := filepath.Ext(input); ext != filepath.Base(input) {
			input = strings.TrimSuffix(input, ext)
		}
	}
	if w == "" {
		if plan.BesideCapture(v) {
			return input
		}
		return filepath.Base(input)
	}
	if info, err := os.Stat(w); strings.HasSuffix(w, "/") || err == nil && info.IsDir() {
		return filepath.Join(w, filepath.Base(input))
	}
	return w
}
