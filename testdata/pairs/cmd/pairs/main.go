// Command pairs is one of the plugins of package pairs as a module for the sandbox.
package main

import (
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/testdata/pairs"
)

// name is the plugin's, set by -ldflags -X.
var name string

func init() { // a module's main never runs
	for _, p := range pairs.Plugins() {
		if p.Name == name {
			serve.Plugins(p)
		}
	}
}

func main() { serve.Run() }
