package launch

import (
	"fmt"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
)

// Describe returns the plugins of the artefact at path: a module or an executable, which its
// first bytes tell. It is asked once, in a process.
func (k *carrier) Describe(path string) ([]*plugin.Artefact, error) {
	if err := k.confined(); err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, err)
	}
	f, err := openModule(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := remote.NewLog(func(line string) { k.Warn("plugin " + path + ": " + line) })
	defer lines.Close()
	isModule, err := plugin.IsModule(f)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, cause.Of(err))
	}
	file := plugin.File{Path: path}
	var code []byte
	if isModule {
		if code, err = wasm.ReadFile(f, ""); err == nil {
			file.SHA256 = checksum.Of(code)
		}
	} else if file.SHA256, err = checksum.Read(f); err != nil {
		err = cause.Of(err)
	}
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, err)
	}
	if err := checksum.Check("plugin "+path, file.SHA256, k.Pins[plugin.Key(path)], checksum.Pin); err != nil {
		return nil, err
	}
	plugins, err := remote.Describe(func() (remote.Peer, error) {
		if isModule {
			return k.apart(path, f, code, file.SHA256, plugin.Memory(k.MaxMemory, 0, 0, 0), lines.Line)
		}
		c := k.command(path, path, plugin.Memory(k.MaxMemory, 0, 0, 0), lines.Line)
		c.SHA256 = file.SHA256
		return process.Connect(c)
	})
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", path, err)
	}
	var list []*plugin.Artefact
	for _, p := range plugins {
		a := &plugin.Artefact{Plugin: p, From: path, Executable: file}
		if isModule {
			a.Module, a.Executable = file, plugin.File{}
		}
		list = append(list, a)
	}
	return list, nil
}
