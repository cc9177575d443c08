package wasm

import (
	"fmt"
	"io"
	"os"

	"github.com/t2host/t2host/host/internal/checksum"
)

// ReadFile reads a module from f and checks that it has the checksum sum, unless that is
// empty: what it returns are the very bytes that will run.
func ReadFile(f *os.File, sum string) ([]byte, error) {
	code, err := io.ReadAll(io.LimitReader(f, MaxModule+1))
	if err != nil {
		return nil, fmt.Errorf("module: %w", err)
	}
	if len(code) > MaxModule {
		return nil, fmt.Errorf("module of more than %d MiB: not a plugin", MaxModule>>20)
	}
	if err := checksum.Check("module "+f.Name(), checksum.Of(code), sum, checksum.ManifestOrPin); err != nil {
		return nil, err
	}
	return code, nil
}
