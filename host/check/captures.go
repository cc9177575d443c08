package check

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest/packets"
)

// OwnCaptures returns the captures of a plugin's own tests: those in testdata in its folder, or beside its file, and the packets of
// text cases, which it writes into dir. Files that these cases set are in the folder.
func OwnCaptures(a *plugin.Artefact, folder, dir string) (list []Capture, err error) {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	for _, ending := range []string{"pcap", "pcapng", "cap", "pcap.*", "pcapng.*"} {
		paths, _ := filepath.Glob(filepath.Join(folder, "testdata", "*."+ending))
		for _, path := range paths {
			list = append(list, Capture{Name: filepath.Base(path), Path: path})
		}
	}
	cases, _ := filepath.Glob(filepath.Join(folder, "testdata", "*.txtar"))
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return nil, err
		}
		c := Capture{Name: filepath.Base(path), Want: map[string]string{}}
		for _, f := range archive.Files {
			if name, ok := strings.CutPrefix(f.Name, "files/"); ok || f.Name == "report" {
				c.Want[name] = string(f.Data)
			}
			switch f.Name {
			case "zone":
				if c.Zone, err = time.LoadLocation(strings.TrimSpace(string(f.Data))); err != nil {
					return nil, fmt.Errorf("%s: zone: %w", path, err)
				}
			case "capture":
				path := filepath.Join(folder, strings.TrimSpace(string(f.Data)))
				if _, err := os.Stat(path); err == nil { // it may be outside the folder, and not here
					c.Path = path
				}
			case "settings":
				c.Sets = strings.Fields(string(f.Data))
				for i, set := range c.Sets {
					name, file, _ := strings.Cut(set, "=")
					if slices.ContainsFunc(a.Files, func(f sdk.InputFile) bool { return plugin.Key(a.Name)+"."+f.Setting == plugin.Key(name) }) && file != "" && !filepath.IsAbs(file) {
						c.Sets[i] = name + "=" + filepath.Join(folder, file)
					}
				}
			case "packets":
				data, err := packets.Capture(string(f.Data))
				if err != nil {
					return nil, fmt.Errorf("%s: packets: %w", path, err)
				}
				c.Path = filepath.Join(dir, c.Name+".pcap")
				if err := os.WriteFile(c.Path, data, 0o644); err != nil {
					return nil, err
				}
			}
		}
		if c.Path != "" {
			list = append(list, c)
		}
	}
	return list, nil
}
