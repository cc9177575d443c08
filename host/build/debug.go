package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/gobuild"
)

// The packages of the SDK that a command is built with: as a plugin, and to be debugged.
const (
	servePackage = "github.com/t2host/t2host/sdk/serve"
	debugPackage = "github.com/t2host/t2host/sdk/debug"
)

// Debug builds the command of the plugin whose source is in dir so that it runs the plugin itself, with symbols and without optimization, and
// writes it to out. The files of dir stay as they are: the compiler reads those that import package serve from elsewhere.
func Debug(ctx context.Context, dir, out string, output io.Writer) error {
	command, err := commandOf(dir)
	if err != nil {
		return err
	}
	aside, err := os.MkdirTemp("", "t2host-debug-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	overlay, err := overlay(filepath.Join(dir, filepath.FromSlash(command)), aside)
	if err != nil {
		return fmt.Errorf("debug %s: %w", dir, err)
	}
	sdk := filepath.Join(dir, "third_party", "t2host", "sdk")
	if _, err := os.Stat(sdk); err == nil {
		if _, err := os.Stat(filepath.Join(sdk, "debug")); errors.Is(err, fs.ErrNotExist) {
			return refused("debug %s: its SDK is older than this command: t2host upgrade-sdk %s", dir, dir)
		}
	}
	return compile(ctx, gobuild.Job{Dir: dir, Command: command, Out: out, Debug: true, Overlay: overlay, Output: output})
}

// overlay writes the files of a package that import package serve, with package debug instead of it, to aside, and a file that tells the go
// command so, whose path it returns.
func overlay(folder, aside string) (string, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for i, path := range paths {
		code, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, code, parser.ImportsOnly)
		if err != nil {
			return "", err
		}
		for _, spec := range f.Imports {
			if p, _ := strconv.Unquote(spec.Path.Value); p != servePackage {
				continue
			}
			at, name := set.Position(spec.Path.Pos()).Offset, "serve "
			if spec.Name != nil {
				name = ""
			}
			text := string(code[:at]) + name + strconv.Quote(debugPackage) + string(code[at+len(spec.Path.Value):])
			to := filepath.Join(aside, strconv.Itoa(i)+".go")
			if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
				return "", err
			}
			replace[path] = to
		}
	}
	if len(replace) == 0 {
		return "", fmt.Errorf("no file of %s imports %s", folder, strings.TrimPrefix(servePackage, "github.com/t2host/t2host/"))
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(aside, "overlay.json")
	return path, os.WriteFile(path, data, 0o600)
}
