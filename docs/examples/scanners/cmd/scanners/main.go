// Command scanners is the plugin scanners: as a process, and as a module for the sandbox.
package main

import (
	"example.com/scanners"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(scanners.Plugin) } // a module's main never runs

func main() { serve.Run() }
