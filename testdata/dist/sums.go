package main

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func sortMembers(list []member) {
	slices.SortFunc(list, func(a, b member) int { return cmp.Compare(a.name, b.name) })
}

// sums writes the checksums of all files, as sha256sum reads them.
func (r *release) sums() error {
	var text strings.Builder
	for _, e := range must(os.ReadDir(r.out)) {
		sum := sha256.Sum256(must(os.ReadFile(filepath.Join(r.out, e.Name()))))
		fmt.Fprintf(&text, "%x  %s\n", sum, e.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(text.String()), 0o644)
}

// component is a module in a list of materials (CycloneDX 1.5, https://cyclonedx.org/docs/1.5/json/).
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Purl    string `json:"purl"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

// materials writes the list of modules that a program was made of, as `go version -m` shows them.
func (r *release) materials(p platform, program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	list := []component{{Type: "library", Name: "std", Version: info.GoVersion, Purl: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := component{Type: "library", Name: m.Path, Version: m.Version, Purl: "pkg:golang/" + m.Path + "@" + m.Version}
		// A sum of go.sum is a SHA-256 over the module's files (golang.org/x/mod/sumdb/dirhash), as base64.
		if sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && len(sum) == sha256.Size {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
		}
		list = append(list, c)
	}
	data, err := json.MarshalIndent(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata": map[string]any{
			"timestamp": r.time.Format("2006-01-02T15:04:05Z"),
			"component": component{Type: "application", Name: "t2host", Version: r.version, Purl: "pkg:golang/" + info.Main.Path + "@v" + r.version},
		},
		"components": list,
	}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, "t2host-"+r.version+"-"+p.String()+".cdx.json"), append(data, '\n'), 0o644)
}
