// Command shutrows is the plugin shutRows: as a process, and as a module for the sandbox.
package main

import (
	"example.com/shutrows"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(shutrows.Plugin) } // a module's main never runs

func main() { serve.Run() }
