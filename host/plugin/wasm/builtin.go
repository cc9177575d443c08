package wasm

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed modules
var modules embed.FS

const builtIn = "modules/plugins.wasm"

// HasBuiltIn says whether BuiltIn has a module, without a copy of it.
func HasBuiltIn() bool {
	_, err := fs.Stat(modules, builtIn)
	return err == nil
}

// BuiltIn gives the module of the first-party plugins and the checksum of the
// sources it was built from; ok is false where t2host was built without it.
func BuiltIn() (code []byte, sources string, ok bool) {
	code, err := modules.ReadFile(builtIn)
	if err != nil {
		return nil, "", false
	}
	sum, _ := modules.ReadFile("modules/plugins.sum") // empty where it is missing
	return code, strings.TrimSpace(string(sum)), true
}
