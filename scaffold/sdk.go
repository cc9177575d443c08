package scaffold

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// sdkModules are the modules that a plugin's SDK requires: those of its packages, on any system. The command's others, such as drivers of
// databases, are none of a plugin's business.
var sdkModules = []string{
	"github.com/Masterminds/semver/v3", "github.com/fatih/color", "github.com/golang/protobuf", "github.com/google/go-cmp",
	"github.com/google/gopacket", "github.com/hashicorp/go-hclog", "github.com/hashicorp/go-plugin", "github.com/hashicorp/yamux",
	"github.com/klauspost/compress", "github.com/mattn/go-colorable", "github.com/mattn/go-isatty", "github.com/oklog/run",
	"github.com/pelletier/go-toml/v2", "github.com/rogpeppe/go-internal", "golang.org/x/mod", "golang.org/x/net", "golang.org/x/sys",
	"golang.org/x/text", "golang.org/x/tools", "google.golang.org/genproto/googleapis/rpc", "google.golang.org/grpc",
	"google.golang.org/protobuf",
}

// vendored returns the files of the SDK by their paths in a plugin's folder: the packages that plugins may import, which are those in sdk/ and
// the plugins that come with t2host, and all that they import in turn.
func vendored(source fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	add := func(name string) error {
		data, err := fs.ReadFile(source, name)
		files[SDK+"/"+name] = data
		return err
	}
	for _, name := range []string{"LICENSE", "go.mod", "go.sum"} {
		if err := add(name); err != nil {
			return nil, fmt.Errorf("source of the SDK: %w", err)
		}
	}
	folders, err := importable(source)
	if err != nil {
		return nil, fmt.Errorf("source of the SDK: %w", err)
	}
	for i := 0; i < len(folders); i++ { // it grows
		names, err := fs.Glob(source, folders[i]+"/*.go")
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("source of the SDK: no package in %s", folders[i])
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if err := add(name); err != nil {
				return nil, fmt.Errorf("source of the SDK: %w", err)
			}
			imports, err := imported(name, files[SDK+"/"+name])
			if err != nil {
				return nil, fmt.Errorf("source of the SDK: %w", err)
			}
			for _, folder := range imports {
				if !slices.Contains(folders, folder) {
					folders = append(folders, folder)
				}
			}
		}
	}
	return files, onlySDKModules(files)
}

// importable returns the folders of the packages in sdk/ and plugins/. Commands are none.
func importable(source fs.FS) ([]string, error) {
	var folders []string
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		folder := path.Dir(name)
		top, _, _ := strings.Cut(name, "/")
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || top != "sdk" && top != "plugins" || slices.Contains(folders, folder) {
			return err
		}
		data, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		if f.Name.Name != "main" {
			folders = append(folders, folder)
		}
		return nil
	})
	return folders, err
}

// imported returns the folders of the module's own packages that a file imports.
func imported(name string, data []byte) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		if folder, own := strings.CutPrefix(p, modulePath+"/"); own {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}

// onlySDKModules removes what the SDK does not need from its go.mod and go.sum.
func onlySDKModules(files map[string][]byte) error {
	mod, err := modfile.Parse(SDK+"/go.mod", files[SDK+"/go.mod"], nil)
	if err != nil {
		return fmt.Errorf("source of the SDK: %w", err)
	}
	for _, r := range slices.Clone(mod.Require) {
		if !slices.Contains(sdkModules, r.Mod.Path) {
			if err := mod.DropRequire(r.Mod.Path); err != nil {
				return fmt.Errorf("source of the SDK: %w", err)
			}
		}
	}
	mod.Cleanup()
	if files[SDK+"/go.mod"], err = mod.Format(); err != nil {
		return fmt.Errorf("source of the SDK: %w", err)
	}
	var sums []string
	for line := range strings.Lines(string(files[SDK+"/go.sum"])) {
		if p, _, _ := strings.Cut(line, " "); slices.Contains(sdkModules, p) {
			sums = append(sums, line)
		}
	}
	files[SDK+"/go.sum"] = []byte(strings.Join(sums, ""))
	return nil
}
