package wasm

import (
	"embed"
	"io"
	"strings"
	"sync"
)

//go:embed modules
var modules embed.FS

const builtIn = "modules/plugins.wasm"

// BuiltIn returns the module of the first-party plugins and the checksum of the sources that
// it was built from; ok is false if t2host was built without it. The module must not be
// written.
func BuiltIn() (code []byte, sources string, ok bool) {
	code = module()
	if code == nil {
		return nil, "", false
	}
	sum, _ := modules.ReadFile("modules/plugins.sum") // empty if it is missing
	return code, strings.TrimSpace(string(sum)), true
}

// module is copied once, not for each plugin: it has three million bytes.
var module = sync.OnceValue(func() []byte {
	f, err := modules.Open(builtIn)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	code := reserve(uint64(info.Size()))
	if code == nil {
		code = make([]byte, info.Size())
	}
	populate(code)
	if _, err := io.ReadFull(f, code); err != nil {
		return nil
	}
	return code
})
