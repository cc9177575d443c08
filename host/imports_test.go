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

// imports says who may import what beside the standard library: the packages of
// the design, one line each. It is a policy. Mend the code, not this list.
//
// Names without a dot are of this module. Tests may import more (testImports).
var imports = map[string]string{
	"":                                      "",
	"scaffold":                              "sdk sdk/value golang.org/x/mod",
	"scaffold/templates/flow":               "sdk sdk/field",
	"scaffold/templates/sink":               "sdk sdk/field",
	"scaffold/templates/payload":            "sdk",
	"scaffold/templates/minimal":            "sdk",
	"scaffold/templates/minimalsink":        "sdk",
	"scaffold/templates/_common":            "",
	"scaffold/templates/_common/cmd/mysink": "example.com/mysink sdk/serve",
	"host/nearest":                          "",
	"host/cause":                            "",
	"host/printable":                        "",
	"host/internal/owned":                   "",
	"host/capture":                          "github.com/google/gopacket github.com/klauspost/compress golang.org/x/sys",
	"host/internal/decode":                  "host/capture github.com/google/gopacket",
	"host/internal/flowtable":               "host/internal/decode",
	"host/internal/batch":                   "sdk sdk/answer sdk/field sdk/value host/internal/decode host/internal/flowtable",
	"host/internal/pipeline":                "sdk sdk/answer sdk/guard sdk/value host/internal/batch",
	"host/plugin":                           "host/cause sdk sdk/setting sdk/wire host/nearest host/internal/owned host/plugin/manifest github.com/Masterminds/semver",
	"host/plugin/manifest":                  "sdk sdk/field sdk/setting sdk/value sdk/wire",
	"host/plugin/remote":                    "sdk sdk/answer sdk/field sdk/wire host/plugin/manifest host/printable",
	"host/plugin/process":                   "sdk/serve sdk/wire host/plugin/remote github.com/hashicorp/go-plugin github.com/hashicorp/go-hclog google.golang.org/grpc golang.org/x/sys",
	"host/plugin/wasm":                      "sdk/wire host/internal/owned host/plugin/remote github.com/tetratelabs/wazero golang.org/x/sys",
	"host/gobuild":                          "",
	"host/firstparty":                       "host/cause host/gobuild host/internal/owned",
	"host/carry":                            "host/cause sdk sdk/serve host/firstparty host/gobuild host/plugin host/plugin/process host/plugin/remote host/plugin/wasm",
	"host/settings":                         "host/cause sdk sdk/setting host/nearest host/internal/owned host/printable github.com/pelletier/go-toml",
	"host/internal/outfile":                 "golang.org/x/sys",
	"host/internal/outlet":                  "host/cause host/internal/outfile golang.org/x/sys",
	"host/receive":                          "host/internal/outlet",
	"host/report":                           "sdk host/internal/decode host/internal/flowtable host/internal/outlet host/printable",
	"host":                                  "host/cause sdk sdk/answer sdk/field sdk/guard sdk/setting host/record host/internal/outfile host/firstparty host/plugin/remote host/carry host/capture host/internal/decode host/internal/flowtable host/internal/batch host/internal/pipeline host/plugin host/settings host/internal/outlet host/report host/printable",
	"host/record":                           "sdk sdk/answer sdk/field sdk/guard sdk/value sdk/wire host/internal/outfile",
	"host/check":                            "sdk host host/firstparty host/plugin host/plugin/manifest host/settings host/report",
	"sdk":                                   "sdk/answer sdk/field sdk/guard sdk/internal/little sdk/setting sdk/value",
	"sdk/answer":                            "sdk/value",
	"sdk/field":                             "sdk/value",
	"sdk/guard":                             "",
	"sdk/setting":                           "",
	"sdk/value":                             "sdk/internal/little",
	"sdk/internal/little":                   "",
	"sdk/internal/fields":                   "",
	"sdk/internal/fields/generate":          "sdk/internal/fields",
	"sdk/wire":                              "sdk sdk/answer sdk/field sdk/internal/little sdk/setting sdk/value",
	"sdk/serve":                             "sdk sdk/answer sdk/wire github.com/hashicorp/go-plugin github.com/hashicorp/go-hclog google.golang.org/grpc",
	"sdk/sdktest":                           "sdk sdk/field sdk/setting sdk/value host host/plugin host/settings host/printable github.com/google/go-cmp github.com/rogpeppe/go-internal",
	"plugins/basicflow":                     "sdk sdk/field sdk/value",
	"plugins/basicstats":                    "sdk sdk/field sdk/value",
	"plugins/tcpstates":                     "sdk sdk/field",
	"plugins/tcpwin":                        "sdk sdk/field",
	"plugins/tcpwinsink":                    "sdk sdk/field plugins/tcpwin",
	"plugins/txtsink":                       "sdk sdk/field sdk/value",
	"plugins/all":                           "sdk plugins/basicflow plugins/basicstats plugins/tcpstates plugins/tcpwin plugins/tcpwinsink plugins/txtsink",
	"plugins/all/cmd/all":                   "plugins/all sdk/serve",
	"cmd/t2host":                            "host/cause sdk sdk/field sdk/setting sdk/value sdk/wire sdk/serve host host/carry host/firstparty host/gobuild host/plugin host/plugin/manifest host/plugin/wasm host/capture host/settings host/nearest host/report host/receive host/check host/record host/printable plugins/all scaffold github.com/t2host/t2host github.com/spf13/cobra github.com/spf13/pflag github.com/cpuguy83/go-md2man golang.org/x/sys",
	"testdata/guests/allocates":             "sdk sdk/field sdk/serve",
	"testdata/compare":                      "",
	"testdata/make":                         "github.com/google/gopacket github.com/klauspost/compress",
	"testdata/record":                       "github.com/google/gopacket golang.org/x/sys golang.org/x/net",
}

// testImports are what tests of every package may import too.
const testImports = "sdk/internal/fields example.com/mysink host host/carry host/internal/flowtable host/plugin host/plugin/manifest host/plugin/remote host/plugin/process host/plugin/wasm sdk/serve github.com/google/go-cmp github.com/rogpeppe/go-internal sdk sdk/answer sdk/field sdk/guard sdk/setting sdk/value sdk/wire sdk/sdktest plugins/txtsink plugins/basicflow plugins/basicstats plugins/tcpstates host/capture host/internal/decode host/settings plugins/all plugins/tcpwin plugins/tcpwinsink github.com/google/gopacket github.com/klauspost/compress golang.org/x/sys"

// inGuests are the packages of the SDK that every guest links.
var inGuests = []string{"sdk", "sdk/answer", "sdk/field", "sdk/guard", "sdk/internal/little", "sdk/setting", "sdk/value", "sdk/wire"}

// notInSDK are standard packages that a guest must not link.
var notInSDK = []string{"fmt", "reflect", "encoding/binary", "encoding/json", "os", "net", "net/netip", "io/fs"}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
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
		test := strings.HasSuffix(path, "_test.go")
		if test {
			list = append(list, append(strings.Fields(testImports), pkg)...)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !mayImport(list, name) {
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
	for pkg := range imports {
		if !seen[pkg] {
			t.Errorf("package %s is in the table but not there", pkg)
		}
	}
}

func mayImport(list []string, name string) bool {
	if own, ok := strings.CutPrefix(name, module); ok {
		return slices.Contains(list, own)
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(list, func(allowed string) bool {
		return name == allowed || strings.HasPrefix(name, allowed+"/")
	})
}
