package scaffold

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// SDK is the folder of a plugin that holds the module's source.
const SDK = "third_party/t2host"

// modulePath is that of the SDK.
const modulePath = "github.com/t2host/t2host"

// Module gives the plugin's go.mod and go.sum, and the SDK that they lead to, by their
// paths. The archive is the module's source.
//
// The plugin's requirements are the SDK's, so that they need no tidying and no
// network.
func (p *Plugin) Module(archive []byte) (map[string][]byte, error) {
	files, err := Unpack(archive)
	if err != nil {
		return nil, err
	}
	version, requires, err := readMod(files[SDK+"/go.mod"])
	if err != nil {
		return nil, err
	}
	files["go.mod"] = fmt.Appendf(nil, "module example.com/%s\n\ngo %s\n\nrequire %s v0.0.0\n\nrequire (\n%s)\n\nreplace %s => ./%s\n",
		p.key(), version, modulePath, requires, modulePath, SDK)
	files["go.sum"] = files[SDK+"/go.sum"]
	return files, nil
}

// Unpack gives the files of the SDK by their paths in a plugin's folder.
func Unpack(archive []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("source of the SDK: %w", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("source of the SDK: a file called %q", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("source of the SDK: %w", err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("source of the SDK: %s: %w", f.Name, err)
		}
		files[SDK+"/"+f.Name] = data
	}
	return files, nil
}

// readMod gives the go version of a go.mod and its requirements, all as indirect ones.
func readMod(data []byte) (version, requires string, err error) {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "go "):
			version = strings.TrimPrefix(line, "go ")
		case line == "require (":
			inside = true
		case line == ")":
			inside = false
		case inside && line != "":
			what, _, _ := strings.Cut(line, " //")
			b.WriteString("\t" + what + " // indirect\n")
		}
	}
	if version == "" || b.Len() == 0 {
		return "", "", fmt.Errorf("source of the SDK: its go.mod has no go version, or requires nothing")
	}
	return version, b.String(), nil
}
