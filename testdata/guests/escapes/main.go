//go:build linux

// Command escapes is a plugin that tries to do what no plugin may, and reports what came of it.
// Under the name early_ACT it tries before it serves, and prints what came of it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(plugin) }

func main() {
	if os.Getenv("ESCAPES_CHILD") != "" {
		time.Sleep(time.Hour)
	}
	if act, early := strings.CutPrefix(filepath.Base(os.Args[0]), "early_"); early {
		act = strings.ReplaceAll(act, "_", " ")
		fmt.Fprintf(os.Stderr, "%s: %s\n", act, try(act, os.TempDir()))
		os.Exit(3)
	}
	serve.Run()
}

// declared is what the plugin asks for; the linker sets it.
var declared string

type settings struct{ Acts string }

var plugin = sdk.Define(sdk.Spec[settings]{
	Name: "escapes", Version: "1.0.0", Doc: "tries to do what no plugin may",
	Ends:  sdk.End(),
	Needs: strings.Fields(declared),
	Settings: func(s *settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.TextSetting("acts", &s.Acts, "what it tries, ACT=AT;ACT=AT…: AT is a path, an address, a process number, or missing"),
		}
	},
	Open: func(_ *sdk.Env, s settings) (sdk.Stage, error) {
		var tried []string
		return &sdk.Loop{
			EndFlow: func(sdk.EndRow) error {
				if tried == nil {
					for a := range strings.SplitSeq(s.Acts, ";") {
						act, at, _ := strings.Cut(a, "=")
						tried = append(tried, act+": "+try(act, at))
					}
				}
				return nil
			},
			Report: func(r *sdk.Report) {
				for _, line := range tried {
					r.Line(line)
				}
			},
		}, nil
	},
})
