package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// driverModules are the modules that only drivers, packs or the command need: a plugin's SDK has neither.
var driverModules = []string{
	"aead.dev/minisign", "github.com/andybalholm/brotli", "github.com/cpuguy83/go-md2man/v2", "github.com/dustin/go-humanize", "github.com/google/uuid",
	"github.com/inconshreveable/mousetrap", "github.com/jackc/pgpassfile", "github.com/jackc/pgservicefile", "github.com/jackc/pgx/v5",
	"github.com/nats-io/nats.go", "github.com/nats-io/nkeys", "github.com/nats-io/nuid", "github.com/ncruces/go-strftime",
	"github.com/parquet-go/bitpack", "github.com/parquet-go/jsonlite", "github.com/parquet-go/parquet-go", "github.com/pierrec/lz4/v4",
	"github.com/remyoudompheng/bigfft", "github.com/russross/blackfriday/v2", "github.com/spf13/cobra", "github.com/spf13/pflag",
	"github.com/twmb/franz-go", "github.com/twmb/franz-go/pkg/kmsg", "github.com/twpayne/go-geom", "golang.org/x/crypto",
	"modernc.org/libc", "modernc.org/mathutil", "modernc.org/memory", "modernc.org/sqlite",
}

// inSDK reports whether a file of t2host's source is part of a plugin's SDK.
func inSDK(name string) bool {
	driver, isDrive := strings.CutPrefix(name, "host/drive/")
	return !strings.HasPrefix(name, "cmd/") && !strings.HasPrefix(name, "host/pack/") && !(isDrive && strings.Contains(driver, "/"))
}

// withoutDrivers removes what only drivers need from the SDK's go.mod and go.sum.
func withoutDrivers(files map[string][]byte) error {
	mod, err := modfile.Parse(SDK+"/go.mod", files[SDK+"/go.mod"], nil)
	if err != nil {
		return fmt.Errorf("source of the SDK: %w", err)
	}
	for _, path := range driverModules {
		if err := mod.DropRequire(path); err != nil {
			return fmt.Errorf("source of the SDK: %w", err)
		}
	}
	mod.Cleanup()
	if files[SDK+"/go.mod"], err = mod.Format(); err != nil {
		return fmt.Errorf("source of the SDK: %w", err)
	}
	var sums []string
	for line := range strings.Lines(string(files[SDK+"/go.sum"])) {
		if path, _, _ := strings.Cut(line, " "); !slices.Contains(driverModules, path) {
			sums = append(sums, line)
		}
	}
	files[SDK+"/go.sum"] = []byte(strings.Join(sums, ""))
	return nil
}
