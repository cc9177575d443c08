package host

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/t2host/t2host/"

// imports is who may import what beside the standard library, one package a line. It is a
// policy: mend the code, not this list. What no file imports is an error too.
//
// Names without a dot are of this module. Tests may import more (testImports).
var imports = map[string]string{
	"":                                      "",
	"scaffold":                              "sdk host/aside host/cause host/plugin host/version sdk/value golang.org/x/mod",
	"scaffold/templates/flow":               "sdk sdk/field",
	"scaffold/templates/sink":               "sdk sdk/field",
	"scaffold/templates/payload":            "sdk",
	"scaffold/templates/minimal":            "sdk",
	"scaffold/templates/minimalsink":        "sdk",
	"scaffold/templates/_common":            "",
	"scaffold/templates/_common/cmd/mysink": "sdk/serve example.com/mysink",
	"host/nearest":                          "",
	"host/cause":                            "",
	"host/aside":                            "host/internal/disk golang.org/x/sys",
	"host/internal/disk":                    "",
	"host/printable":                        "",
	"host/internal/owned":                   "",
	"host/capture":                          "host/cause github.com/klauspost/compress",
	"host/internal/checksum":                "",
	"host/internal/claims":                  "host/cause host/internal/outfile",
	"host/drive":                            "host/nearest sdk/value host/internal/jsontext",
	"host/filter":                           "host/capture",
	"host/internal/jsontext":                "sdk/value",
	"host/internal/stream":                  "sdk sdk/answer sdk/field sdk/value host/watch",
	"host/internal/where":                   "host/nearest sdk/value",
	"host/internal/encode":                  "host/drive host/internal/stream sdk/value host/internal/jsontext",
	"host/internal/target":                  "host/drive host/nearest host/internal/encode host/internal/outlet host/internal/stream host/internal/where sdk/value sdk",
	"host/drive/webhook":                    "host/cause host/drive",
	"host/drive/tls":                        "host/cause host/drive",
	"host/drive/sqlite":                     "host/drive sdk/value modernc.org/sqlite",
	"host/drive/parquet":                    "host/cause host/drive sdk/value github.com/parquet-go/parquet-go",
	"host/drive/postgres":                   "host/drive sdk/value github.com/jackc/pgx",
	"host/drive/hub":                        "host/drive host/fleet host/version",
	"host/drive/nats":                       "host/drive github.com/nats-io/nats.go",
	"host/drive/kafka":                      "host/drive github.com/twmb/franz-go",
	"host/internal/plan":                    "sdk host/internal/claims host/internal/outlet host/internal/undelivered host/plugin host/settings sdk/field sdk/setting host/internal/inputfile host/drive host/internal/stream host/internal/target host/internal/keep",
	"host/internal/decode":                  "host/capture github.com/google/gopacket",
	"host/internal/flowtable":               "host/internal/decode",
	"host/internal/batch":                   "sdk host/internal/decode host/internal/flowtable sdk/answer sdk/field sdk/value",
	"host/internal/inputfile":               "sdk github.com/klauspost/compress/zstd",
	"host/internal/keep":                    "host/capture host/cause host/internal/outlet host/version sdk",
	"host/internal/pipeline":                "sdk sdk/field host/internal/batch sdk/answer sdk/guard sdk/value",
	"host/plugin":                           "host/cause sdk sdk/wire host/nearest host/internal/checksum host/internal/owned host/plugin/manifest sdk/setting sdk/value github.com/Masterminds/semver",
	"host/plugin/manifest":                  "sdk sdk/wire sdk/field sdk/setting sdk/value",
	"host/plugin/remote":                    "sdk/guard sdk sdk/wire host/plugin/manifest host/printable sdk/answer sdk/field sdk/value",
	"host/procfs":                           "",
	"host/plugin/process":                   "host/procfs host/confine host/internal/owned sdk/serve sdk/wire host/internal/checksum host/plugin/remote github.com/hashicorp/go-plugin github.com/hashicorp/go-hclog google.golang.org/grpc golang.org/x/sys",
	"host/plugin/wasm":                      "sdk/wire host/internal/checksum host/internal/owned host/plugin/remote github.com/tetratelabs/wazero golang.org/x/sys",
	"host/gobuild":                          "",
	"host/firstparty":                       "host/aside host/cause host/gobuild host/internal/owned host/internal/checksum",
	"host/settings":                         "host/xdg host/aside host/cause sdk host/nearest host/internal/owned host/printable sdk/setting github.com/pelletier/go-toml",
	"host/confine":                          "host/confine/launcher golang.org/x/sys",
	"host/confine/launcher":                 "",
	"host/launch":                           "host/confine host/internal/owned host/cause sdk host/firstparty host/gobuild host/internal/checksum host/plugin host/plugin/process host/plugin/remote host/plugin/wasm host/worker",
	"host/live":                             "host/capture host/nearest golang.org/x/sys github.com/google/gopacket golang.org/x/net",
	"host/worker":                           "sdk sdk/serve host/plugin/remote host/plugin/wasm",
	"host/internal/outfile":                 "host/internal/disk golang.org/x/sys",
	"host/internal/undelivered":             "host/internal/outfile",
	"host/internal/outlet":                  "host/cause host/internal/outfile host/internal/undelivered golang.org/x/sys host/drive github.com/klauspost/compress/zstd host/internal/disk",
	"host/t2":                               "",
	"host/version":                          "golang.org/x/mod",
	"host/lines":                            "host/printable",
	"host/xdg":                              "",
	"host/download":                         "",
	"host/watch":                            "host/report sdk/value",
	"host/metrics":                          "host/report host/version host/watch github.com/prometheus/client_golang",
	"host/view":                             "host/internal/target host/report host/version host/watch sdk/value",
	"host/fleet":                            "host/download host/cause host/report host/watch sdk sdk/value github.com/klauspost/compress/zstd github.com/nats-io/nats.go github.com/nats-io/nuid",
	"host/fleet/board":                      "host/fleet github.com/prometheus/client_golang",
	"host/fleet/server":                     "host/fleet github.com/nats-io/nats-server",
	"host/receive":                          "host/internal/outlet",
	"host/resend":                           "host host/cause host/internal/claims host/internal/disk host/internal/outfile host/internal/outlet host/internal/owned host/internal/undelivered host/drive host/internal/target",
	"host/report":                           "sdk host/internal/decode host/internal/flowtable host/internal/outlet host/printable host/version host/capture",
	"host":                                  "sdk host/procfs host/record host/plugin/remote host/capture host/internal/decode host/internal/flowtable host/internal/batch host/internal/pipeline host/plugin host/settings host/internal/outlet host/report host/printable host/version host/internal/plan sdk/answer sdk/guard host/drive host/internal/stream host/internal/target sdk/field sdk/value host/internal/encode host/internal/keep host/filter host/watch host/lines",
	"host/record":                           "sdk sdk/wire host/internal/outfile sdk/answer sdk/field sdk/guard sdk/value host/plugin/manifest",
	"host/build":                            "host host/aside host/cause host/gobuild host/plugin host/plugin/manifest",
	"host/store":                            "host host/aside host/plugin",
	"host/lock":                             "host/aside host/cause host/plugin host/plugin/manifest",
	"host/pack":                             "host/download sdk sdk/wire host/internal/checksum host/plugin host/plugin/manifest github.com/klauspost/compress aead.dev/minisign",
	"host/check":                            "sdk sdk/setting sdk/value sdk/sdktest/packets sdk/sdktest/everytype host host/plugin host/plugin/manifest host/settings host/report github.com/rogpeppe/go-internal",
	"sdk":                                   "sdk/answer sdk/field sdk/guard sdk/internal/little sdk/setting sdk/value",
	"sdk/answer":                            "sdk/value",
	"sdk/field":                             "sdk/value",
	"sdk/guard":                             "",
	"sdk/setting":                           "",
	"sdk/value":                             "sdk/internal/little",
	"sdk/internal/little":                   "",
	"sdk/internal/fields":                   "",
	"sdk/internal/fields/generate":          "sdk/internal/fields",
	"sdk/tcpstream":                         "sdk sdk/field",
	"sdk/wire":                              "sdk sdk/answer sdk/field sdk/guard sdk/internal/little sdk/setting sdk/value",
	"sdk/serve":                             "sdk/guard sdk sdk/answer sdk/wire github.com/hashicorp/go-plugin github.com/hashicorp/go-hclog google.golang.org/grpc",
	"sdk/sdktest/packets":                   "",
	"sdk/sdktest/everytype":                 "sdk sdk/field",
	"sdk/debug":                             "sdk host host/plugin host/record host/settings plugins/all",
	"sdk/sdktest":                           "sdk sdk/sdktest/packets sdk/sdktest/everytype host/record sdk/field sdk/setting sdk/value host host/plugin host/settings host/printable github.com/google/go-cmp github.com/rogpeppe/go-internal",
	"plugins/basicflow":                     "sdk sdk/field sdk/value",
	"plugins/basicstats":                    "sdk sdk/field",
	"plugins/communityid":                   "sdk sdk/field",
	"plugins/netflowsink":                   "sdk sdk/field",
	"plugins/octets":                        "sdk sdk/field",
	"plugins/socketsink":                    "sdk",
	"plugins/tcpstates":                     "sdk sdk/field",
	"plugins/tcpwin":                        "sdk sdk/field",
	"plugins/tcpwinsink":                    "sdk sdk/field plugins/tcpwin",
	"plugins/txtsink":                       "sdk sdk/value",
	"plugins/all":                           "sdk plugins/basicflow plugins/basicstats plugins/communityid plugins/netflowsink plugins/octets plugins/socketsink plugins/tcpstates plugins/tcpwin plugins/tcpwinsink plugins/txtsink",
	"plugins/all/cmd/all":                   "plugins/all sdk/serve",
	"cmd/t2host":                            "host/download host/xdg host/lock host/plugin/wasm host/pack host/aside host/confine host/build host/cause sdk sdk/wire sdk/serve host host/firstparty host/plugin host/plugin/manifest host/store host/capture host/settings host/nearest host/report host/receive host/resend host/check host/record host/printable host/t2 host/version plugins/all scaffold github.com/t2host/t2host host/launch host/worker sdk/field sdk/setting github.com/spf13/cobra github.com/spf13/pflag github.com/cpuguy83/go-md2man host/drive host/drive/hub host/drive/kafka host/drive/nats host/drive/parquet host/drive/postgres host/drive/sqlite host/drive/tls host/drive/webhook host/live host/filter host/lines host/watch host/metrics host/view host/fleet host/fleet/board host/fleet/server github.com/vbauerster/mpb github.com/coreos/go-systemd golang.org/x/term golang.org/x/sys/unix",
	"testdata/guests/escapes":               "sdk sdk/serve golang.org/x/sys",
	"testdata/guests/allocates":             "sdk sdk/serve sdk/field",
	"testdata/events":                       "sdk sdk/field",
	"testdata/events/cmd/events":            "sdk/serve testdata/events",
	"testdata/pairs":                        "sdk sdk/field",
	"testdata/pairs/cmd/pairs":              "sdk/serve testdata/pairs",
	"testdata/built":                        "github.com/t2host/t2host host/firstparty host/plugin/wasm",
	"testdata/module":                       "sdk/answer sdk/wire",
	"testdata/compare":                      "",
	"testdata/flood":                        "",
	"testdata/make":                         "host/capture github.com/google/gopacket github.com/klauspost/compress",
	"testdata/record":                       "github.com/google/gopacket golang.org/x/sys golang.org/x/net",
	"testdata/network":                      "golang.org/x/sys",
}

// testImports are what tests of every package may import too, beside their own package and what it may.
const testImports = "github.com/nats-io/nats.go host/fleet/board host/fleet/server plugins/basicflow plugins/basicstats plugins/txtsink golang.org/x/sys testdata/built testdata/events testdata/flood testdata/module testdata/pairs example.com/mysink sdk/internal/fields host host/t2 host/internal/flowtable host/plugin host/plugin/manifest host/plugin/wasm sdk/serve github.com/google/go-cmp github.com/rogpeppe/go-internal sdk sdk/wire sdk/sdktest host/settings plugins/all plugins/tcpwin plugins/tcpwinsink github.com/google/gopacket host/launch host/worker sdk/answer sdk/field sdk/setting"

// tests are the importers that testImports is for.
const tests = "tests"

// inGuests are the packages of the SDK that every guest links.
var inGuests = []string{"sdk", "sdk/answer", "sdk/field", "sdk/guard", "sdk/internal/little", "sdk/setting", "sdk/value", "sdk/wire"}

// notInSDK are standard packages that a guest must not link.
var notInSDK = []string{"fmt", "reflect", "encoding/binary", "encoding/json", "os", "net", "net/netip", "io/fs"}

func TestImports(t *testing.T) {
	seen, used := map[string]bool{}, map[string]map[string]bool{tests: {}}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != ".." {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir // another module
			}
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		pkg = strings.TrimPrefix(strings.TrimPrefix(pkg, ".."), "/")
		allowed, ok := imports[pkg]
		if !ok {
			t.Errorf("%s: package %s is not in the table", path, pkg)
			return nil
		}
		seen[pkg] = true
		list := strings.Fields(allowed)
		if used[pkg] == nil {
			used[pkg] = map[string]bool{}
		}
		test := strings.HasSuffix(path, "_test.go")
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			own, also := allows(list, name), allows(strings.Fields(testImports), name)
			switch {
			case own != "" && test, test && name == module+pkg, standard(name):
			case own != "":
				used[pkg][own] = true
			case also != "" && test:
				used[tests][also] = true
			default:
				t.Errorf("%s: %s must not import %s", path, pkg, name)
			}
			if slices.Contains(inGuests, pkg) && !test && slices.Contains(notInSDK, name) {
				t.Errorf("%s: a guest must not link %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg, allowed := range imports {
		if !seen[pkg] {
			t.Errorf("package %s is in the table but not there", pkg)
			continue
		}
		unused(t, pkg, allowed, used[pkg])
	}
	unused(t, tests, testImports, used[tests])
}

// unused reports what is allowed to a package and imported by none of its files.
func unused(t *testing.T, pkg, allowed string, used map[string]bool) {
	t.Helper()
	for _, name := range strings.Fields(allowed) {
		if !used[name] {
			t.Errorf("%s: %s is allowed and not imported: remove it from the table", pkg, name)
		}
	}
}

// allows returns the entry of list that allows the import of name, or "".
func allows(list []string, name string) string {
	own, ours := strings.CutPrefix(name, module)
	for _, allowed := range list {
		if ours && own == allowed || !ours && (name == allowed || strings.HasPrefix(name, allowed+"/")) {
			return allowed
		}
	}
	return ""
}

// standard reports whether a package is of the standard library.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}
